// In place of the SDK's cache for endpoints that a service tells of. The client of DynamoDB makes one, and no
// operation of it looks there.

export class EndpointCache {}
