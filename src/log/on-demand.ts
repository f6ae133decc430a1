// Parts that few requests need. They are loaded with the first request that needs them, so that the cold start
// of a function is short.

type Positions = typeof import('./request-positions.ts');
type SharedRefusal = typeof import('./shared-refusal.ts');
type Trimmer = typeof import('./trimmer.ts');
type Retention = typeof import('./retention.ts');

let positions: Positions | undefined;
let sharedRefusal: SharedRefusal | undefined;
let trimmer: Trimmer | undefined;
let retention: Retention | undefined;

export async function loadedPositions(): Promise<Positions> {
  positions ??= await import('./request-positions.ts');
  return positions;
}

export async function loadedSharedRefusal(): Promise<SharedRefusal> {
  sharedRefusal ??= await import('./shared-refusal.ts');
  return sharedRefusal;
}

export async function loadedTrimmer(): Promise<Trimmer> {
  trimmer ??= await import('./trimmer.ts');
  return trimmer;
}

export async function loadedRetention(): Promise<Retention> {
  retention ??= await import('./retention.ts');
  return retention;
}

/** For a program that must not wait for its disk later, such as one on virtual time. */
export async function loadLogParts(): Promise<void> {
  await Promise.all([loadedPositions(), loadedRetention(), loadedSharedRefusal(), loadedTrimmer()]);
}
