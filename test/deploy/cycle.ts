// Deploy, test, destroy: whatever fails in between, what was deployed is destroyed.

export interface Steps {
  bootstrap(): Promise<void>;
  /** A deployment that fails half-way leaves something, too. */
  deploy(): Promise<void>;
  /** Answers an exit code. */
  test(): Promise<number>;
  destroy(): Promise<void>;
}

/** @throws the first failure */
export async function cycle(steps: Steps): Promise<number> {
  await steps.bootstrap();
  let code: number;
  try {
    await steps.deploy();
    code = await steps.test();
  } catch (error) {
    await steps.destroy().catch((cause: unknown) => {
      throw new AggregateError([error, cause], 'it failed, and what it deployed may still be there');
    });
    throw error;
  }
  await steps.destroy();
  return code;
}
