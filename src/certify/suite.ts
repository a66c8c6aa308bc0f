import type { Scenario } from '../campaign/scenario.ts';
import type { Register } from '../history/register.ts';
import type { Rule } from '../rules/rule.ts';

/** The suite, as far as a certificate depends on it. */
export interface Suite {
  readonly version: string;
  readonly register: Register;
  readonly rules: readonly Rule[];
  readonly scenarios: readonly Scenario[];
  /** How many generated programs a certificate needs. */
  readonly programs: number;
}
