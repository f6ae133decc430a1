// The environment of the process, for all commands.

export type Environment = Readonly<Record<string, string | undefined>>;

// biome-ignore lint/style/noProcessEnv: the one place of the program that reads the environment
export const environment: Environment = process.env;
