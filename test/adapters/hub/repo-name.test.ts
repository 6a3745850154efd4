import { describe, expect, it } from 'vitest';
import { hubFrom } from '../../../adapters/hub/hub.ts';
import { parseRepoName } from '../../../adapters/hub/repo-name.ts';
import { UsageError } from '../../../domain/errors/usage-error.ts';

describe('parseRepoName', () => {
  it.each([
    ['owner/name', { repo: 'owner/name', revision: 'main' }],
    ['owner/name-1.5_x@v1.0', { repo: 'owner/name-1.5_x', revision: 'v1.0' }],
    ['gpt2@refs/pr/3', { repo: 'gpt2', revision: 'refs/pr/3' }],
  ])('reads %s', (text, name) => {
    expect(parseRepoName(text)).toEqual(name);
  });

  it.each([
    '',
    '/etc/passwd',
    '../up',
    'a/../b',
    'a/b/c',
    'a/b@',
    'a/b@x@y',
    'a b/c',
    'a/b?x=1',
    'https://hub/a/b',
    'a/..',
    'a/.hidden',
  ])('refuses "%s"', (text) => {
    expect(() => parseRepoName(text)).toThrow(UsageError);
  });
});

describe('hubFrom', () => {
  it('is the public hub without a token unless the environment says otherwise', () => {
    expect(hubFrom({})).toEqual({
      baseUrl: 'https://huggingface.co',
      token: null,
      isOffline: false,
    });
  });

  it('reads address, token and offline mode', () => {
    const environment = {
      HF_ENDPOINT: 'http://mirror:8080/hub/',
      HF_TOKEN: ' hf_x\n',
      HF_HUB_OFFLINE: 'TRUE',
    };

    expect(hubFrom(environment)).toEqual({
      baseUrl: 'http://mirror:8080/hub',
      token: 'hf_x',
      isOffline: true,
    });
  });

  it.each(['mirror:8080', 'ftp://mirror', 'mirror'])('refuses the address %s', (address) => {
    expect(() => hubFrom({ HF_ENDPOINT: address })).toThrow(/HF_ENDPOINT/);
  });
});
