import { describe, expect, test } from 'vitest';
import { allowanceFor, NoRoom, room } from '../../src/endpoint/room.ts';

const never = new AbortController().signal;

describe('a room', () => {
  test('has so many places, and whoever comes later waits in turn', async () => {
    const own = room(2)(allowanceFor(1));
    const entered: string[] = [];
    const enter = async (name: string): Promise<() => void> => {
      const leave = await own.enter(never);
      entered.push(name);
      return leave;
    };
    const [one] = await Promise.all([enter('a'), enter('b')]);
    const later = [enter('c'), enter('d')];
    await Promise.resolve();
    expect(entered).toEqual(['a', 'b']);
    one?.();
    (await later[0])?.();
    await later[1];
    expect(entered).toEqual(['a', 'b', 'c', 'd']);
  });

  test('is not waited for by whoever is called off', async () => {
    const own = room(1)(allowanceFor(1));
    const leave = await own.enter(never);
    const off = new AbortController();
    const waiting = own.enter(off.signal);
    off.abort(new Error('called off'));
    await expect(waiting).rejects.toThrow('called off');
    await expect(own.enter(off.signal)).rejects.toThrow('called off');
    leave();
    await expect(own.enter(never)).resolves.toBeTypeOf('function');
  });

  test('lets nobody in, those that wait among them, when the run has had enough', async () => {
    const run = allowanceFor(1);
    const own = room(1)(run);
    const leave = await own.enter(never);
    const waiting = [own.enter(never), own.enter(never)];
    run.large = run.mostOfLarge + 1;
    leave();
    for (const one of await Promise.allSettled(waiting))
      expect(one).toMatchObject({ reason: expect.any(NoRoom) as NoRoom });
    run.large = 0;
    await expect(own.enter(never)).resolves.toBeTypeOf('function');
  });
});
