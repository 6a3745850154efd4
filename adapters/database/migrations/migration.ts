/** One step forward of the schema. Published steps never change; a new one gets the next number. */
export type Migration = {
  /** From 1, without gaps. */
  readonly version: number;
  readonly name: string;
  readonly statements: readonly string[];
};
