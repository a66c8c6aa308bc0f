/** A bundle: its files, and the manifest and the signature that hold them together. */
import { createHash, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { Manifest, Signature } from '../../schemas/types.ts';

export const NAMES = {
  evidence: 'evidence.ndjson.br',
  verdict: 'verdict.json',
  product: 'product.yaml',
  configuration: 'configuration.yaml',
  reproduce: 'REPRODUCE.md',
  manifest: 'manifest.json',
  signature: 'signature.json',
} as const;

export const BLOCK = 4096;
const BLOCK_DIGITS = 8;

/** Evidence that is longer is none of a run; a few kilobytes could be made to unpack to it. */
const MOST_EVIDENCE_BYTES = 1024 ** 3;

/** Files by their names. */
export type Files = ReadonlyMap<string, Buffer>;

/** Brotli, since what repeats itself in evidence lies further apart than gzip can see: half of its size. */
export function packed(evidence: Buffer): Buffer {
  return brotliCompressSync(evidence, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 9,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: evidence.length,
    },
  });
}

/** Throws where it is no Brotli, or too long. */
export function unpacked(bytes: Buffer): Buffer {
  return brotliDecompressSync(bytes, { maxOutputLength: MOST_EVIDENCE_BYTES });
}

/** The lines of evidence, one after the other: all of them as one text would be longer than a string may be. */
export function* linesIn(bytes: Buffer): Generator<string> {
  let start = 0;
  for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, start)) {
    yield bytes.toString('utf8', start, end);
    start = end + 1;
  }
  yield bytes.toString('utf8', start);
}

/** The manifest of files as they are. There is one text for it, so that any byte of it that is another is found. */
export function manifestOf(suite: Manifest['suite'], signedBy: string | null, files: Files): Manifest {
  return {
    format: 1,
    suite: { version: suite.version, register: suite.register },
    signedBy,
    files: [...files]
      .filter(([path]) => path !== NAMES.manifest && path !== NAMES.signature)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([path, bytes]) => ({ path, bytes: bytes.length, sha256: sha256(bytes), blocks: blocksOf(bytes) })),
  };
}

export function textOf(value: Manifest | Signature): Buffer {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function blocksOf(bytes: Buffer): string {
  let blocks = '';
  for (let at = 0; at < bytes.length; at += BLOCK)
    blocks += sha256(bytes.subarray(at, at + BLOCK)).slice(0, BLOCK_DIGITS);
  return blocks;
}

/** Number of the first block that two files do not share; undefined where they share all. */
export function firstOtherBlock(one: string, other: string): number | undefined {
  for (let at = 0; at < Math.max(one.length, other.length); at += BLOCK_DIGITS)
    if (one.slice(at, at + BLOCK_DIGITS) !== other.slice(at, at + BLOCK_DIGITS)) return at / BLOCK_DIGITS;
  return undefined;
}

/** The private key of a PEM text; undefined where it is no Ed25519 key that can be read. */
export function privateKeyIn(pem: Buffer): KeyObject | undefined {
  return ed25519(() => createPrivateKey(pem));
}

/** The public key of a PEM text. */
export function publicKeyIn(pem: Buffer): KeyObject | undefined {
  return ed25519(() => createPublicKey(pem));
}

export function publicKeyOf({ publicKey }: Signature): KeyObject | undefined {
  return ed25519(() => createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' }));
}

function ed25519(read: () => KeyObject): KeyObject | undefined {
  try {
    const key = read();
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** By what a key is known: the digest of the public one. */
export function idOf(key: KeyObject): string {
  return `sha256:${sha256(derOf(key))}`;
}

function derOf(key: KeyObject): Buffer {
  return (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'der', type: 'spki' });
}

export function signatureOf(manifest: Buffer, key: KeyObject): Signature {
  return {
    format: 1,
    algorithm: 'Ed25519',
    publicKey: derOf(key).toString('base64'),
    signature: sign(null, manifest, key).toString('base64'),
  };
}
