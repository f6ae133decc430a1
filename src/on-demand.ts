// Parts that few requests need are loaded with the first request that needs them, so that the cold start of a
// function is short.

/**
 * A function that loads a part at its first call, and answers it from then on.
 *
 * @param load a dynamic import
 */
export function onDemand<Part>(load: () => Promise<Part>): () => Promise<Part> {
  let loaded: Part | undefined;
  return async () => {
    loaded ??= await load();
    return loaded;
  };
}
