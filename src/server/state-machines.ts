// The state machines of the protocols that this program serves, beside the kernel. Each is loaded when a
// namespace of it is examined.

import type { ServiceOptions } from '../service/service.ts';

export const machineNamed: NonNullable<ServiceOptions['machineNamed']> = async (name) => {
  if (name !== 'zookeeper') return undefined;
  const { znodeTree } = await import('../protocols/zookeeper/tree/tree.ts');
  return znodeTree;
};
