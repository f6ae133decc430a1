// How many servers a soak kills, by the command that runs it.

export const SOAK_CYCLES = {
  /** `npm run soak` */
  alone: 1000,
  /** `npm test` */
  amongTests: 100,
  /** `npm run test:porcupine`, which judges the histories again */
  forPorcupine: 20,
} as const;

/** After so many minutes `npm run soak` begins no cycle. */
export const SOAK_MINUTES_MAX = 60;
