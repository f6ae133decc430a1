// Ranges of addresses in access control lists: `10.1.2.3` or `10.1.0.0/16`. ZooKeeper 3.8.0 knows IPv4 only:
// it refuses to store an IPv6 address, and a client that has one is in no range.

const ADDRESS_BITS = 32;

/** As Java reads an integer. */
const INTEGER = /^[+-]?\d+$/;

interface AddressRange {
  readonly address: number;
  readonly bits: number;
}

export function isAddressRange(expression: string): boolean {
  return rangeOf(expression) !== undefined;
}

export function isInRange(address: string, expression: string): boolean {
  const range = rangeOf(expression);
  const one = addressOf(address);
  if (!range || one === undefined) return false;
  // A shift by 32 is one by 0.
  return range.bits === 0 || (one ^ range.address) >>> (ADDRESS_BITS - range.bits) === 0;
}

function rangeOf(expression: string): AddressRange | undefined {
  const slash = expression.indexOf('/');
  const address = addressOf(slash === -1 ? expression : expression.slice(0, slash));
  const bits = slash === -1 ? ADDRESS_BITS : integerUpTo(ADDRESS_BITS, expression.slice(slash + 1));
  return address === undefined || bits === undefined ? undefined : { address, bits };
}

function addressOf(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let address = 0;
  for (const part of parts) {
    const byte = integerUpTo(255, part);
    if (byte === undefined) return undefined;
    address = (address << 8) | byte;
  }
  return address;
}

function integerUpTo(max: number, text: string): number | undefined {
  const value = INTEGER.test(text) ? Number(text) : -1;
  return value >= 0 && value <= max ? value : undefined;
}
