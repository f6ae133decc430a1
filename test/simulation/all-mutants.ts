// All mutants, whatever finds them.

import { KERNEL_MUTANTS } from '../state-machine/mutants.ts';
import { STREAM_MUTANTS } from '../streams/mutants.ts';
import { SERVER_MUTANTS } from '../zookeeper/server/mutants.ts';
import { TREE_MUTANTS } from '../zookeeper/tree/mutants.ts';
import type { Mutant } from './mutant.ts';
import { SIMULATION_MUTANTS } from './mutants.ts';

export const ALL_MUTANTS: readonly Mutant[] = [
  ...SIMULATION_MUTANTS,
  ...KERNEL_MUTANTS,
  ...STREAM_MUTANTS,
  ...TREE_MUTANTS,
  ...SERVER_MUTANTS,
];
