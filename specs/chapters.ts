import type { Chapter } from '../src/campaign/scenario.ts';
import { chapter as redelivery } from './redelivery.spec.ts';

/** All chapters of the contract, in the order of reading. */
export const chapters: readonly Chapter[] = [redelivery];
