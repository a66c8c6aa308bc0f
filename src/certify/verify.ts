/** Whether a bundle holds together, and its evidence shows what it says. */
import { verify as verifySignature, type KeyObject } from 'node:crypto';
import type { Manifest, Product, Signature, Verdict } from '../../schemas/types.ts';
import { UsageError } from '../campaign/usage-error.ts';
import { EvidenceError, readEvidence, type Evidence } from '../history/evidence.ts';
import { schemas } from '../history/schemas.ts';
import { plain } from '../report/plain.ts';
import { verdictText } from '../report/verdict-text.ts';
import { verdictOf } from '../verdict/verdict.ts';
import {
  BLOCK,
  firstOtherBlock,
  idOf,
  linesIn,
  manifestOf,
  NAMES,
  publicKeyOf,
  textOf,
  unpacked,
  type Files,
} from './bundle.ts';
import { objectionsTo, otherSuite } from './objections.ts';
import { readProduct } from './product.ts';
import type { Suite } from './suite.ts';
import { configurationText, reproduceText } from './texts.ts';

export interface Accepted {
  readonly product: Product;
  readonly evidence: Evidence;
  readonly verdict: Verdict;
  /** The id of the key that signed it; null where nobody did. */
  readonly signedBy: string | null;
}

export type Verification = Accepted | { readonly problems: readonly string[] };

/** `trusted`: the key that has to have signed it. */
export function verify(files: Files, suite: Suite, trusted?: KeyObject): Verification {
  const { signedBy, problems: apart } = holdTogether(files);
  const first = [...apart, ...trustProblems(signedBy, trusted)];
  if (first.length > 0) return { problems: first };

  const { product, problems: ofProduct = [] } = readDescription(files.get(NAMES.product));
  if (product === undefined) return { problems: ofProduct };
  const { evidence, problems: ofEvidence = [] } = readPacked(files.get(NAMES.evidence));
  if (evidence === undefined) return { problems: ofEvidence };
  const manifest = textOf(manifestOf(evidence.header.suite, signedBy, files));
  const at = difference(files.get(NAMES.manifest), manifest);
  if (at !== undefined)
    return { problems: [`${NAMES.manifest}: it names another suite than the evidence; it differs from ${at}`] };
  const alien = otherSuite(evidence.header, suite);
  if (alien.length > 0) return { problems: alien };

  const verdict = verdictOf(evidence, suite.register, suite.rules);
  const made: readonly (readonly [name: string, text: string])[] = [
    [NAMES.verdict, verdictText(verdict)],
    [NAMES.configuration, configurationText(evidence)],
    [NAMES.reproduce, reproduceText(product, evidence, verdict)],
  ];
  const problems = [
    ...made.flatMap(([name, text]) => {
      const at = difference(files.get(name), Buffer.from(text));
      return at === undefined ? [] : [`${name}: it is not what the evidence shows; it differs from ${at}`];
    }),
    ...objectionsTo(evidence, verdict, suite),
  ];
  return problems.length > 0 ? { problems } : { product, evidence, verdict, signedBy };
}

/** Whether manifest, signature and files belong together, without a look at what the evidence shows. */
function holdTogether(files: Files): { readonly problems: readonly string[]; readonly signedBy: string | null } {
  const text = files.get(NAMES.manifest);
  if (text === undefined) return { problems: [`${NAMES.manifest}: it is missing`], signedBy: null };
  const manifest = parsed(text);
  const said = schemas.manifest.check(manifest) ? manifest : undefined;
  const { signature, key, problems: ofSignature } = readSignature(files.get(NAMES.signature));
  const signedBy = key === undefined ? null : idOf(key);

  const changed = said === undefined ? [] : changedFiles(said, files);
  // Where files were changed the manifest is held against itself alone.
  const due =
    said !== undefined && changed.length > 0
      ? said
      : manifestOf(said?.suite ?? suiteIn(files.get(NAMES.evidence)), said?.signedBy ?? signedBy, files);
  const at = difference(text, textOf(due));
  const otherKey = said !== undefined && ofSignature.length === 0 && said.signedBy !== signedBy;
  const forged = signature !== undefined && key !== undefined && !verifies(text, key, signature);
  return {
    problems: [
      ...changed,
      ...(at === undefined ? [] : [`${NAMES.manifest}: it is not the manifest of these files; it differs from ${at}`]),
      ...ofSignature,
      ...(otherKey
        ? [
            `${NAMES.signature}: ${signedBy === null ? 'it is missing' : `it has the key ${signedBy}`}, and ${NAMES.manifest} says that ${plain(said.signedBy ?? 'nobody')} signed`,
          ]
        : []),
      ...(forged ? [`${NAMES.signature}: the signature is not that of this ${NAMES.manifest}`] : []),
    ],
    signedBy,
  };
}

/** The suite that made the evidence, by its first line: all that a manifest says which the other files do not. */
function suiteIn(bytes: Buffer | undefined): Manifest['suite'] {
  try {
    const [line = ''] = bytes === undefined ? [] : linesIn(unpacked(bytes));
    const header: unknown = JSON.parse(line);
    if (schemas.evidence.check(header) && header.type === 'header') return header.suite;
  } catch {
    // It is not readable either: what differs is then said to begin here.
  }
  return { version: '', register: '' };
}

/** Files that are not as the manifest says, that it does not know, or that are missing. */
function changedFiles(said: Manifest, files: Files): string[] {
  const { files: are } = manifestOf(said.suite, said.signedBy, files);
  const changed = said.files.flatMap(({ path, bytes, sha256, blocks }) => {
    const is = are.find((one) => one.path === path);
    if (is === undefined) return [`${plain(path)}: it is missing`];
    const block = firstOtherBlock(is.blocks, blocks);
    // Where only one of the two differs the manifest does not agree with itself.
    if (is.sha256 === sha256 || block === undefined) return [];
    const length = is.bytes === bytes ? '' : `; it has ${is.bytes} bytes instead of ${bytes}`;
    return [
      `${path}: it was changed, first between byte ${block * BLOCK} and byte ${(block + 1) * BLOCK - 1}${length}`,
    ];
  });
  const extra = are.filter(({ path }) => said.files.every((one) => one.path !== path));
  return [...changed, ...extra.map(({ path }) => `${plain(path)}: ${NAMES.manifest} does not name it`)];
}

function readSignature(bytes: Buffer | undefined): {
  readonly signature?: Signature;
  readonly key?: KeyObject;
  readonly problems: readonly string[];
} {
  if (bytes === undefined) return { problems: [] };
  const signature = parsed(bytes);
  if (!schemas.signature.check(signature))
    return { problems: [`${NAMES.signature}: it is no signature: ${schemas.signature.problems()}`] };
  const key = publicKeyOf(signature);
  if (key === undefined) return { problems: [`${NAMES.signature}: its publicKey is no Ed25519 key`] };
  // Base64 can write the same bytes in several ways, and JSON the same value.
  const usual: Signature = {
    format: 1,
    algorithm: 'Ed25519',
    publicKey: key.export({ format: 'der', type: 'spki' }).toString('base64'),
    signature: Buffer.from(signature.signature, 'base64').toString('base64'),
  };
  const at = difference(bytes, textOf(usual));
  return {
    signature,
    key,
    problems: at === undefined ? [] : [`${NAMES.signature}: it is not as it is written; it differs from ${at}`],
  };
}

function verifies(manifest: Buffer, key: KeyObject, { signature }: Signature): boolean {
  return verifySignature(null, manifest, key, Buffer.from(signature, 'base64'));
}

function trustProblems(signedBy: string | null, trusted: KeyObject | undefined): string[] {
  if (trusted === undefined || signedBy === idOf(trusted)) return [];
  return [
    `${NAMES.signature}: ${signedBy === null ? 'nobody signed it' : `it was signed by ${signedBy}`}, and the key that is trusted is ${idOf(trusted)}`,
  ];
}

function readPacked(bytes: Buffer | undefined): {
  readonly evidence?: Evidence;
  readonly problems?: readonly string[];
} {
  if (bytes === undefined) return { problems: [`${NAMES.evidence}: it is missing`] };
  try {
    return { evidence: readEvidence(linesIn(unpacked(bytes))) };
  } catch (error) {
    const why = error instanceof EvidenceError ? error.message : 'it is no Brotli that can be unpacked';
    return { problems: [`${NAMES.evidence}: ${why}`] };
  }
}

function readDescription(bytes: Buffer | undefined): {
  readonly product?: Product;
  readonly problems?: readonly string[];
} {
  if (bytes === undefined) return { problems: [`${NAMES.product}: it is missing`] };
  try {
    return { product: readProduct(NAMES.product, bytes.toString('utf8')) };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { problems: [`${NAMES.product}: ${error.message}`] };
  }
}

/** Where a file begins to differ from what it should be. */
function difference(is: Buffer | undefined, due: Buffer): string | undefined {
  if (is === undefined) return 'its beginning, since it is missing';
  if (is.equals(due)) return undefined;
  let at = 0;
  while (at < Math.min(is.length, due.length) && is[at] === due[at]) at += 1;
  const line = is.subarray(0, at).filter((byte) => byte === 0x0a).length + 1;
  return `byte ${at}, in line ${line}`;
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
