import { documentedAddressing, type Addressing } from './addressing.ts';
import { documentedLeases, type LeaseKeeping } from './leases.ts';
import { documentedRequests, type RequestReading } from './requests.ts';
import { documentedResponses, type ResponseWriting } from './responses.ts';
import { documentedSelection, type Selection } from './selection.ts';
import { documentedSettlement, type Settlement } from './settlement.ts';
import { documentedTransport, type Transport } from './transport.ts';

/**
 * Every decision the contract speaks about. A faulty emulator replaces a few of these functions, usually by wrapping
 * the documented one; storage, time, parking and HTTP stay the same.
 */
export interface Behaviour
  extends Addressing, RequestReading, LeaseKeeping, Settlement, Selection, ResponseWriting, Transport {}

/** What the two documents and the rulings ask for. */
export const documented: Behaviour = {
  ...documentedAddressing,
  ...documentedRequests,
  ...documentedLeases,
  ...documentedSettlement,
  ...documentedSelection,
  ...documentedResponses,
  ...documentedTransport,
};
