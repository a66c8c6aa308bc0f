import type { Group, Queue, QueueMode } from './model.ts';
import { refuse, type Refusal } from './refusals.ts';

/** Who may call, and what a path leads to. */
export interface Addressing {
  /** Why a token is not let in; `expected` is undefined where none is asked for. */
  readonly checkToken: (token: string | undefined, expected: string | undefined) => Refusal | undefined;
  /** The project that a well-formed id stands for; `only` is the one there is, undefined where every id is one. */
  readonly projectFor: (id: string, only: string | undefined) => string | undefined;
  /** Whether queues of a mode can be created. */
  readonly offersMode: (mode: QueueMode) => boolean;
  /** The group of that id in the path of that queue. */
  readonly groupFor: (queue: Queue, groupId: string) => Group | undefined;
  /**
   * What becomes of a group or queue that is deleted: it is gone with all that it has, it is served all the same, or, of a
   * group, its dead letters wait for one that is made anew with its name.
   */
  readonly afterDeletion: (what: 'group' | 'queue') => 'gone' | 'served' | 'inherited';
}

export const documentedAddressing: Addressing = {
  checkToken(token, expected) {
    if (expected === undefined || token === expected) return undefined;
    return token === undefined
      ? refuse('missingToken', 'X-Auth-Token is missing')
      : refuse('wrongToken', 'X-Auth-Token is not valid');
  },
  projectFor: (id, only) => (only === undefined || id === only ? id : undefined),
  offersMode: () => true,
  groupFor: (queue, groupId) => queue.groups.get(groupId),
  afterDeletion: () => 'gone', // G10, G11
};
