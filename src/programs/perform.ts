/** Carries out a generated program. It asserts nothing: rules judge what came of it. */
import type {
  AcknowledgeOperation,
  ArrangeOperation,
  BatchReference,
  DrainOperation,
  Operation,
  Program,
} from '../../schemas/types.ts';
import {
  entries,
  GRACE,
  LEASE_FLOOR,
  successesOf,
  type Batch,
  type Delivered,
  type Entry,
  type Group,
  type World,
} from '../campaign/world.ts';
import { DRAIN_SECONDS } from './seconds.ts';

/** Answers of one drain that may hold something. */
const MOST_ROUNDS = 60;

type Sent = Awaited<ReturnType<Group['deadLetters']>>[number];

/** A group with what the program has to know of it to name batches, and to know when nothing more can come. */
interface Scene {
  readonly group: Group;
  /** Sent to the queue, and no dead letters here yet. */
  readonly pending: Sent[];
  /** Dead letters that were never handed out. */
  readonly unseen: Set<string>;
  /** Dead letters that were handed out and not acknowledged as far as the answers say, with the batch they came in last. */
  readonly open: Map<string, Batch>;
  readonly tagOf: Map<string, string>;
  readonly batches: { readonly by: number; readonly batch: Batch }[];
  /** What the last consume of the program brought, be it nothing. */
  asked: Batch | undefined;
  arrangedAt: number;
  deleted: boolean;
}

/** Resolves when everything is done that the program asks for, and everything had its time to come back. */
export async function perform(program: Program, world: World): Promise<void> {
  const startedAt = world.now();
  const scenes: Scene[] = [];
  for (let number = 1; number <= program.groups; number += 1) scenes.push(sceneOf(await world.queue.group()));
  let arranging: Promise<void> = Promise.resolve();

  const sceneAt = (number: number): Scene => {
    const scene = scenes[number - 1];
    if (scene === undefined) throw new RangeError(`the program has no group ${number}`);
    return scene;
  };

  const consume = async (
    scene: Scene,
    by: number,
    query: Readonly<Record<string, string | number>>,
    consumer = `c${by}`,
  ): Promise<Batch> => {
    const batch = await scene.group.consume(query, { consumer });
    if (batch.delivered.length > 0) scene.batches.push({ by, batch });
    for (const { tag, handler } of batch.delivered) {
      if (tag === undefined) continue;
      scene.unseen.delete(tag);
      scene.open.set(tag, batch);
      scene.tagOf.set(handler, tag);
    }
    return batch;
  };

  const acknowledge = async (scene: Scene, named: readonly Entry[], consumer: string): Promise<void> => {
    if (named.length === 0) return;
    const successes = successesOf(await scene.group.acknowledge(named, { consumer }));
    for (const { handler } of named.slice(0, successes)) {
      const tag = scene.tagOf.get(String(handler));
      if (tag !== undefined) scene.open.delete(tag);
    }
  };

  const arrange = async ({ group, messages }: ArrangeOperation): Promise<void> => {
    const scene = sceneAt(group);
    if (scene.deleted) return;
    const sent = await world.queue.send(
      messages.map(({ body, attributes }) => ({ ...(body && { body }), ...(attributes && { attributes }) })),
    );
    for (const { pending } of scenes) pending.push(...sent);
    const failed = scene.pending.splice(0);
    await scene.group.fail(failed);
    scene.arrangedAt = world.now();
    for (const { tag } of failed) scene.unseen.add(tag);
  };

  const drain = async ({ by, group, max_msgs }: DrainOperation): Promise<void> => {
    const scene = sceneAt(group);
    const over = world.now() + DRAIN_SECONDS;
    for (let rounds = 0; rounds < MOST_ROUNDS && world.now() < over; rounds += 1) {
      const { delivered } = await consume(scene, by, { max_msgs, time_wait: 1, ack_wait: 15 });
      if (delivered.length === 0) return;
      await acknowledge(scene, entries(delivered), `c${by}`);
    }
  };

  const wait = async (scene: Scene, until: 'half' | 'before' | 'after' | 'late'): Promise<void> => {
    const batch = scene.batches.at(-1)?.batch;
    const { asked } = scene;
    if (batch === undefined || asked === undefined) return;
    const instantOf = ({ at, lease }: Batch): number =>
      at + { half: lease / 2, before: lease - 2, after: lease + 1, late: lease + GRACE + 1 }[until];
    // No longer than for what was asked for last: that is what the program's seconds are made of, and it may have brought nothing.
    await world.wait(Math.max(0, Math.min(instantOf(batch), instantOf(asked)) - world.now()));
  };

  const carryOut = async (operation: Operation): Promise<void> => {
    switch (operation.do) {
      case 'arrange':
        // What one sends while another fails messages would become a dead letter that nobody knows of.
        arranging = arranging.then(() => arrange(operation));
        return arranging;
      case 'consume':
        sceneAt(operation.group).asked = await consume(sceneAt(operation.group), operation.by, { ...operation.query });
        return undefined;
      case 'acknowledge':
        return acknowledge(sceneAt(operation.group), bound(operation, sceneAt), `c${operation.by}`);
      case 'post':
        await sceneAt(operation.group).group.acknowledgeRaw(operation.body, { consumer: `c${operation.by}` });
        return undefined;
      case 'wait':
        return wait(sceneAt(operation.group), operation.until);
      case 'delete': {
        const scene = sceneAt(operation.group);
        scene.deleted = true;
        return scene.group.delete();
      }
      case 'drain':
        return drain(operation);
      case 'together': {
        const lanes = await Promise.allSettled(operation.lanes.map(inTurn));
        for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason;
        return undefined;
      }
    }
  };

  const inTurn = async (operations: readonly Operation[]): Promise<void> => {
    for (const operation of operations) await carryOut(operation);
  };

  /** Consumes and acknowledges until all is back or overdue, and looks once more when the last lease is over. */
  const end = async (scene: Scene): Promise<void> => {
    const leaseEnds = scene.batches.map(({ batch }) => batch.at + batch.lease);
    const lastLook = Math.min(startedAt + program.seconds, Math.max(0, ...leaseEnds) + 3);
    const mostRounds = MOST_ROUNDS + 2 * (scene.unseen.size + scene.open.size);
    for (let rounds = 0; rounds < mostRounds; rounds += 1) {
      const sentAt = world.now();
      const open = [...scene.open.values()];
      // Half a second more: at the very instant of a bound nothing is proven.
      const overdue = Math.max(
        lastLook,
        scene.unseen.size > 0 ? scene.arrangedAt + GRACE + 0.5 : 0,
        ...open.map(({ at, lease }) => at + Math.max(lease, LEASE_FLOOR) + GRACE + 0.5),
      );
      const next = Math.min(overdue, ...open.map(({ at, lease }) => at + lease).filter((at) => at > sentAt));
      const { delivered } = await consume(
        scene,
        0,
        { max_msgs: 10, time_wait: Math.min(60, Math.max(1, Math.ceil(next - sentAt))), ack_wait: 15 },
        'end',
      );
      await acknowledge(scene, entries(delivered), 'end');
      if (delivered.length > 0) continue;
      // What is overdue is proven missing only by a consume that was sent then; elsewhere one that lasted so long will do.
      const owed = scene.open.size > 0 || scene.unseen.size > 0;
      if ((owed ? sentAt : world.now()) >= overdue) return;
      // Answers that come at once, as errors do, must not become a flood.
      if (world.now() - sentAt < 0.2) await world.wait(0.5);
    }
  };

  await inTurn(program.operations);
  const used = ({ deleted, unseen, batches }: Scene): boolean => !deleted && unseen.size + batches.length > 0;
  await Promise.all(scenes.filter(used).map(end));
}

function sceneOf(group: Group): Scene {
  return {
    group,
    pending: [],
    unseen: new Set(),
    open: new Map(),
    tagOf: new Map(),
    batches: [],
    asked: undefined,
    arrangedAt: 0,
    deleted: false,
  };
}

/** The entries of an acknowledgement; what it names of batches that did not come is left out. */
function bound({ entries }: AcknowledgeOperation, sceneAt: (number: number) => Scene): Entry[] {
  const named = new Set<Delivered>();
  return entries.flatMap((naming): Entry[] => {
    const status = naming.status === undefined ? {} : { status: naming.status };
    if ('handler' in naming) return [{ handler: naming.handler, ...status }];
    const delivered = batchOf(naming.of, sceneAt(naming.of.group))?.delivered ?? [];
    const { places } = naming;
    const picked =
      places === 'all'
        ? delivered
        : places === 'rest'
          ? delivered.filter((one) => !named.has(one))
          : places.flatMap((place) => delivered.at(place) ?? []);
    for (const one of picked) named.add(one);
    return picked.map(({ handler }) => ({ handler, ...status }));
  });
}

function batchOf({ by, back }: BatchReference, { batches }: Scene): Batch | undefined {
  return batches.filter((one) => one.by === by).at(-1 - back)?.batch;
}
