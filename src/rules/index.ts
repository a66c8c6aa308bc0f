import { redeliveryRules } from './redelivery.ts';
import type { Rule } from './rule.ts';

/** Every rule judges every history. */
export const rules: readonly Rule[] = [...redeliveryRules];
