export async function list(_options: object): Promise<void> {}
