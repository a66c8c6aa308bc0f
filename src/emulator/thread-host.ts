/** What runs in the thread that thread.ts starts. */
import { parentPort, type MessagePort } from 'node:worker_threads';
import { startEmulator, type Emulator, type EmulatorOptions } from './emulator.ts';

export type Asked =
  | { readonly kind: 'start'; readonly options: EmulatorOptions }
  | { readonly kind: 'read' | 'close'; readonly emulator: number }
  | { readonly kind: 'advance'; readonly emulator: number; readonly seconds: number };

/** What becomes of what was asked under that number. */
export interface Answered {
  readonly id: number;
  readonly answer?: unknown;
  readonly trouble?: string;
}

export interface Started {
  readonly emulator: number;
  readonly urls: Pick<Emulator, 'url' | 'clockUrl' | 'arrangeUrl'>;
}

function host(port: MessagePort): void {
  const emulators = new Map<number, Emulator>();
  let last = 0;
  const answerTo = async (asked: Asked): Promise<unknown> => {
    if (asked.kind === 'start') {
      const emulator = await startEmulator(asked.options);
      emulators.set((last += 1), emulator);
      const { url, clockUrl, arrangeUrl } = emulator;
      return { emulator: last, urls: { url, clockUrl, arrangeUrl } } satisfies Started;
    }
    const emulator = emulators.get(asked.emulator);
    if (asked.kind === 'read') return emulator?.clock?.read();
    if (asked.kind === 'advance') return emulator?.clock?.advance(asked.seconds);
    emulators.delete(asked.emulator);
    return emulator?.close();
  };
  port.on('message', ({ id, asked }: { id: number; asked: Asked }) => {
    answerTo(asked).then(
      (answer) => port.postMessage({ id, answer } satisfies Answered),
      (error: unknown) => port.postMessage({ id, trouble: String(error) } satisfies Answered),
    );
  });
}

if (parentPort !== null) host(parentPort);
