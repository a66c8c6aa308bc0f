/** A process of its own: an emulator on the wall clock with a quota of queues, each of whose answers takes a while. */
import { startEmulator } from '../../src/emulator/emulator.ts';

const [quota = NaN, delayMs = NaN] = process.argv.slice(2).map(Number);
const { url } = await startEmulator({
  quota,
  behaviour: () => ({
    receive: () => ({ delayMs: delayMs / 2 }),
    transmit: (answer) => ({ answer, delayMs: delayMs / 2, chunked: false, close: false }),
  }),
});
process.stdout.write(`${url}\n`);
