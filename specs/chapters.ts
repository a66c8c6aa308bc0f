import type { Chapter } from '../src/campaign/scenario.ts';
import { chapter as acknowledge } from './acknowledge.spec.ts';
import { chapter as delivery } from './delivery.spec.ts';
import { chapter as eligibility } from './eligibility.spec.ts';
import { chapter as handlers } from './handlers.spec.ts';
import { chapter as http } from './http.spec.ts';
import { chapter as isolation } from './isolation.spec.ts';
import { chapter as longPoll } from './long-poll.spec.ts';
import { chapter as order } from './order.spec.ts';
import { chapter as parameters } from './parameters.spec.ts';
import { chapter as redelivery } from './redelivery.spec.ts';
import { chapter as response } from './response.spec.ts';
import { chapter as retention } from './retention.spec.ts';

/** All chapters of the contract, in the order of reading. */
export const chapters: readonly Chapter[] = [
  parameters,
  response,
  longPoll,
  acknowledge,
  order,
  redelivery,
  handlers,
  isolation,
  delivery,
  eligibility,
  retention,
  http,
];
