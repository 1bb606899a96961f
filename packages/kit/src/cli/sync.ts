import type { Kit } from '../kit.ts';
import type { Progress } from '../mirror/imports.ts';
import type { World } from '../wire/stripe-api.ts';
import type { Call } from './command.ts';
import { painter, progressText } from './output.ts';

const FRAME_MS = 200;
const OVER: readonly Progress['state'][] = ['done', 'partial', 'paused', 'cancelled'];

/** Works until the import of the account is over, and shows how far it is. Answers 0 when everything that can be read is there. */
export async function syncAccount(call: Call, world: World): Promise<number> {
  const kit = await call.kit();
  if (call.options.again) await kit.import(world, 'again');
  const [before] = [await kit.progress(world.account, world.livemode)];
  if (before?.state === 'paused' || before?.state === 'cancelled') await kit.import(world, 'resume');
  kit.work.start();
  const progress = await watch(call, kit, world);
  call.print(progress, `${progress?.state ?? 'not connected'}: ${progress?.rows ?? 0} objects`);
  return progress?.state === 'done' || progress?.state === 'partial' ? 0 : 1;
}

/** Shows the progress until the import is over or the person ends it. */
export async function watch(call: Call, kit: Kit, { account, livemode }: World): Promise<Progress | undefined> {
  const paint = painter(call.terminal);
  let stopped = false;
  void call.ended.then(() => {
    stopped = true;
  });
  for (;;) {
    const progress = await kit.progress(account, livemode);
    if (progress === undefined) return undefined;
    const over = OVER.includes(progress.state) || stopped;
    paint(progressText(progress), over);
    if (over) return progress;
    await new Promise((done) => setTimeout(done, FRAME_MS));
  }
}
