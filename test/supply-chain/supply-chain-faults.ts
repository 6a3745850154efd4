/** One entry of `packages` in package-lock.json. */
export type LockedPackage = {
  readonly version?: string;
  readonly resolved?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
};

export type SupplyChain = {
  /** The parts of package.json that say what is depended on. */
  readonly manifest: {
    readonly dependencies?: Readonly<Record<string, string>>;
    readonly devDependencies?: Readonly<Record<string, string>>;
    /** npm's own field: by name or name@version, whether its install script may run. */
    readonly allowScripts?: Readonly<Record<string, boolean>>;
  };
  /** By path below the project, as package-lock.json has them. */
  readonly locked: Readonly<Record<string, LockedPackage>>;
  /** What the installed package says of its licence, or null where it is not installed. */
  readonly licenceOf: (path: string) => string | null;
  readonly policy: {
    readonly mostDirectDependencies: number;
    /** SPDX ids. */
    readonly licences: readonly string[];
    /** Licences of packages that do not state theirs, from reading their LICENSE file. */
    readonly licencesReadByHand: Readonly<Record<string, string>>;
  };
};

/** Everything that speaks against what is installed; a sentence each, with what to do. */
export function supplyChainFaults(chain: SupplyChain): string[] {
  return [
    ...countFaults(chain),
    ...sourceFaults(chain),
    ...scriptFaults(chain),
    ...licenceFaults(chain),
  ];
}

function countFaults({ manifest, policy }: SupplyChain): string[] {
  const direct = Object.keys(manifest.dependencies ?? {}).length;
  const most = policy.mostDirectDependencies;
  return direct <= most ? [] : [`${direct} direct dependencies at run time; at most ${most}`];
}

/** Only a registry's archive has a checksum that somebody else can compare. */
function sourceFaults({ manifest, locked }: SupplyChain): string[] {
  const wanted = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  const strange = wanted.filter(([, range]) =>
    /^(?:git|github:|https?:|file:|link:)|\//.test(range),
  );
  const resolved = Object.entries(locked).filter(
    ([, { resolved: from = 'https:', link }]) => link === true || !from.startsWith('https:'),
  );
  return [
    ...strange.map(([name, range]) => `${name} comes from ${range}; take it from the registry`),
    ...resolved.map(([path]) => `${path} is locked to no registry archive; take it from there`),
  ];
}

function scriptFaults({ manifest: { allowScripts = {} }, locked }: SupplyChain): string[] {
  const withScript = Object.entries(locked)
    .filter(([, { hasInstallScript }]) => hasInstallScript === true)
    .map(([path, { version = '' }]) => ({ name: nameAt(path), version }));
  const unknown = withScript.filter(
    ({ name, version }) => !(name in allowScripts) && !(`${name}@${version}` in allowScripts),
  );
  const known = new Set(withScript.flatMap(({ name, version }) => [name, `${name}@${version}`]));
  const stale = Object.keys(allowScripts).filter((entry) => !known.has(entry));
  return [
    ...unknown.map(
      ({ name, version }) =>
        `${name}@${version} has an install script that nobody judged; read it, then add it to ` +
        'allowScripts in package.json: true if it must run, else false',
    ),
    ...stale.map((entry) => `allowScripts names ${entry}, which has no install script; remove it`),
  ];
}

function licenceFaults({ locked, licenceOf, policy }: SupplyChain): string[] {
  return Object.entries(locked).flatMap(([path, { dev, license }]) => {
    if (path === '' || dev === true) return [];
    const name = nameAt(path);
    const stated = licenceOf(path) ?? license ?? policy.licencesReadByHand[name] ?? null;
    if (stated === null) return [`${name} states no licence; read its LICENSE file`];
    if (isAllowed(stated, new Set(policy.licences))) return [];
    return [`${name} is under ${stated}, which is not in the list of allowed licences`];
  });
}

/** An SPDX expression of names, AND, OR and brackets; one side of an OR is enough. */
export function isAllowed(expression: string, allowed: ReadonlySet<string>): boolean {
  const words = expression.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const single = (): boolean => {
    if (words[at] !== '(') return allowed.has(words[at++] ?? '');
    at += 1;
    const inner = either();
    at += 1;
    return inner;
  };
  const both = (): boolean => {
    let holds = single();
    while (words[at] === 'AND') {
      at += 1;
      holds = single() && holds;
    }
    return holds;
  };
  const either = (): boolean => {
    let holds = both();
    while (words[at] === 'OR') {
      at += 1;
      holds = both() || holds;
    }
    return holds;
  };
  return either() && at === words.length;
}

function nameAt(path: string): string {
  return path.split('node_modules/').at(-1) ?? path;
}
