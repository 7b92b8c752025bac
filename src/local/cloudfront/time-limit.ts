/** How long a function may take. */

import type { EventType } from "./description.ts";
import { functionQuotas } from "./quotas.ts";
import { RuleBreach } from "./rule-breach.ts";
import type { StartTimer } from "./timer.ts";
import { grouped } from "./wording.ts";

/** What the work brings within the time of its event. One promise and no race: this is on the way of every request. */
export function withinTime(
  work: () => Promise<unknown>,
  startTimer: StartTimer,
  { eventType, nowMilliseconds }: { readonly eventType: EventType; readonly nowMilliseconds: () => number },
): Promise<unknown> {
  const { timeoutMilliseconds: quota } = functionQuotas[eventType];
  const started = nowMilliseconds();
  const tooSlow = (figure: number) =>
    new RuleBreach("handler-timeout", `the function had not returned after ${grouped(quota)} ms`, {
      figure,
      quota,
    });
  return new Promise((resolve, reject) => {
    const cancel = startTimer(() => reject(tooSlow(quota)), quota);
    work().then(
      (result) => {
        cancel();
        // A function that kept the processor busy has kept the timer from telling.
        const taken = nowMilliseconds() - started;
        if (taken > quota) reject(tooSlow(taken));
        else resolve(result);
      },
      (error) => {
        cancel();
        reject(error);
      },
    );
  });
}
