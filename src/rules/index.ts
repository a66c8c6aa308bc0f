import { acknowledgeRules } from './acknowledge.ts';
import { deliveryRules } from './delivery.ts';
import { eligibilityRules } from './eligibility.ts';
import { handlerRules } from './handlers.ts';
import { httpRules } from './http.ts';
import { isolationRules } from './isolation.ts';
import { longPollRules } from './long-poll.ts';
import { orderRules } from './order.ts';
import { parameterRules } from './parameters.ts';
import { payloadRules } from './payload.ts';
import { redeliveryRules } from './redelivery.ts';
import { responseRules } from './response.ts';
import { retentionRules } from './retention.ts';
import type { Rule } from './rule.ts';

/** Every rule judges every history. */
export const rules: readonly Rule[] = [
  ...parameterRules,
  ...responseRules,
  ...payloadRules,
  ...longPollRules,
  ...acknowledgeRules,
  ...orderRules,
  ...redeliveryRules,
  ...handlerRules,
  ...isolationRules,
  ...deliveryRules,
  ...eligibilityRules,
  ...retentionRules,
  ...httpRules,
];
