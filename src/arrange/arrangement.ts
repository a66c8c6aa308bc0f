/** Where dead letters come from. Scenarios do not know which of these is in use. */
import type { Header } from '../../schemas/types.ts';
import type { Connections } from '../clock/hook.ts';
import type { Arranger, ArrangerOptions } from './arranger.ts';
import { dmsArranger } from './dms.ts';

export interface Arrangement {
  readonly kind: NonNullable<Header['arrangement']>;
  /** How many queues it may be asked for at once; undefined where the endpoint's quota says so. */
  readonly mostQueues: number | undefined;
  /** Whether what was made is to be deleted again. */
  readonly deletes: boolean;
  /** Whether there are calls for normal messages, groups and counters beside the two that are tested. */
  readonly hasNeighbours: boolean;
  /** Why there is nothing for a scenario, as far as that is known before the run; undefined where it can be tried. */
  readonly refusal: (scenario: string) => string | undefined;
  readonly arranger: (options: ArrangerOptions, connections: Connections) => Arranger;
}

/** Over the public API: what every service has that offers the whole of it. */
export const dmsArrangement: Arrangement = {
  kind: 'dms',
  mostQueues: undefined,
  deletes: true,
  hasNeighbours: true,
  refusal: () => undefined,
  arranger: dmsArranger,
};
