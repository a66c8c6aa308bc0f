import type { Configuration } from '../../schemas/types.ts';
import type { Transport } from '../endpoint/transport.ts';
import type { WaiversFile } from './waivers-file.ts';

export type { Credentials } from '../endpoint/credentials.ts';

/** How dead letters are arranged. */
export type Arrange =
  | { readonly kind: 'dms' }
  | { readonly kind: 'hook'; readonly url: string }
  | { readonly kind: 'command'; readonly command: string }
  /** `file` is an absolute path. */
  | { readonly kind: 'preloaded'; readonly file: string };

export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly of: number;
}

/** Everything that a run is told, secrets aside; plain data, since it crosses into a worker. */
export interface Settings {
  /** URL up to, and without, /v1.0; undefined stands for the embedded emulator. */
  readonly endpoint: string | undefined;
  readonly project: string;
  readonly profile: NonNullable<Configuration['profile']>;
  readonly only: string | undefined;
  readonly seed: number;
  /** How many programs are generated. */
  readonly programs: number;
  /** Which part of a whole run it is, and of how many. */
  readonly shard: Shard | undefined;
  readonly strict: boolean;
  readonly waivers: WaiversFile | undefined;
  readonly clockUrl: string | undefined;
  /** Undefined: what the endpoint's quota leaves free. */
  readonly maxQueues: number | undefined;
  readonly arrange: Arrange;
  readonly transport: Transport;
  /** Directory that the run writes into. */
  readonly out: string;
}
