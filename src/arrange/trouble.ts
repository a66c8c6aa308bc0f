import type { End } from '../../schemas/types.ts';

/** The scenario cannot go on, and whose doing that is. */
export class Trouble extends Error {
  readonly code = 'DMS_TROUBLE';
  readonly blame: NonNullable<End['blame']>;
  constructor(blame: NonNullable<End['blame']>, message: string) {
    super(message);
    this.blame = blame;
  }
}

/** The endpoint lawfully did not offer what the scenario needs, such as a batch of three (E8). */
export class Short extends Error {
  readonly code = 'DMS_SHORT';
}

/** The endpoint's quota of queues is used up. */
export class QuotaRefused extends Error {
  readonly code = 'DMS_QUOTA';
}
