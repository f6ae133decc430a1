// Several observers as one.

import type { Observer } from '../log/observer.ts';

export function allOf(observers: readonly Observer[]): Observer {
  return {
    storeCallEnded(call) {
      for (const one of observers) one.storeCallEnded?.(call);
    },
    groupFormed(group) {
      for (const one of observers) one.groupFormed?.(group);
    },
    snapshotTried(outcome, log) {
      for (const one of observers) one.snapshotTried?.(outcome, log);
    },
  };
}
