// Is there an order of the operations, within their calls and returns, that the model allows? The search of Wing and Gong with Lowe's
// cache of what has been tried ("Testing for linearizability", 2017), as Porcupine does it. Operations of unknown outcome may take
// effect at any time after their call, or never.

export interface CheckedOperation<Input, Output> {
  readonly call: number;
  /** Infinity for an unknown outcome. */
  readonly return: number;
  readonly input: Input;
  /** undefined for an unknown outcome. */
  readonly output: Output | undefined;
}

export interface Model<State, Input, Output> {
  readonly initial: State;
  /** The state after the operation, or undefined when it cannot have had this output in this state. */
  step(state: State, input: Input, output: Output | undefined): State | undefined;
  /** Equal states have equal keys. */
  key(state: State): string;
}

interface Node<I, O> {
  readonly operation: CheckedOperation<I, O>;
  readonly index: number;
  readonly kind: 'call' | 'return';
  /** Of a call: its return. */
  match: Node<I, O> | undefined;
  previous: Node<I, O> | undefined;
  next: Node<I, O> | undefined;
}

interface Taken<S, I, O> {
  readonly node: Node<I, O>;
  readonly stateBefore: S;
}

export function isLinearizable<S, I, O>(
  operations: readonly CheckedOperation<I, O>[],
  model: Model<S, I, O>,
): boolean {
  const head = listOf(operations);
  const certain = operations.filter((operation) => operation.return !== Number.POSITIVE_INFINITY).length;
  const done = new Uint8Array(operations.length);
  const tried = new Set<string>();
  const taken: Taken<S, I, O>[] = [];
  let certainDone = 0;
  let state = model.initial;
  let node = head.next;
  while (certainDone < certain) {
    if (node?.kind === 'call') {
      const { operation, index } = node;
      const next = model.step(state, operation.input, operation.output);
      if (next !== undefined && isNew(done, index, model.key(next), tried)) {
        taken.push({ node, stateBefore: state });
        done[index] = 1;
        if (node.match) certainDone += 1;
        state = next;
        lift(node);
        node = head.next;
      } else {
        node = node.next;
      }
      continue;
    }
    // A return that nothing explains, or the end of the list: undo the last choice and try another.
    const last = taken.pop();
    if (!last) return false;
    state = last.stateBefore;
    done[last.node.index] = 0;
    if (last.node.match) certainDone -= 1;
    unlift(last.node);
    node = last.node.next;
  }
  return true;
}

function isNew(done: Uint8Array, index: number, key: string, tried: Set<string>): boolean {
  done[index] = 1;
  const configuration = `${key}|${Buffer.from(done.buffer, done.byteOffset, done.length).toString('latin1')}`;
  done[index] = 0;
  if (tried.has(configuration)) return false;
  tried.add(configuration);
  return true;
}

function listOf<I, O>(operations: readonly CheckedOperation<I, O>[]): Node<I, O> {
  const nodes: { node: Node<I, O>; at: number }[] = [];
  for (const [index, operation] of operations.entries()) {
    const shared = { operation, index, match: undefined, previous: undefined, next: undefined };
    const call: Node<I, O> = { ...shared, kind: 'call' };
    nodes.push({ node: call, at: operation.call });
    if (operation.return === Number.POSITIVE_INFINITY) continue;
    call.match = { ...shared, kind: 'return' };
    nodes.push({ node: call.match, at: operation.return });
  }
  nodes.sort((a, b) => a.at - b.at);
  const [first] = operations;
  const head = { operation: first, index: -1, kind: 'call', match: undefined } as unknown as Node<I, O>;
  let tail = head;
  for (const { node } of nodes) {
    node.previous = tail;
    tail.next = node;
    tail = node;
  }
  return head;
}

function lift<I, O>(node: Node<I, O>): void {
  for (const one of node.match ? [node, node.match] : [node]) {
    if (one.previous) one.previous.next = one.next;
    if (one.next) one.next.previous = one.previous;
  }
}

function unlift<I, O>(node: Node<I, O>): void {
  for (const one of node.match ? [node.match, node] : [node]) {
    if (one.previous) one.previous.next = one;
    if (one.next) one.next.previous = one;
  }
}
