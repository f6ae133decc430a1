// `ordinal context`: servers by name.

import { group, local } from '../define.ts';

export function command() {
  return group(
    'context',
    {
      summary: 'Servers by name, in a file of your own.',
      details: `The file is $ORDINAL_CONFIG, or ordinal/config.json in $XDG_CONFIG_HOME, which is ~/.config by default. Nobody else can read it.

A command asks the server of --url or --function, else of --context, else of ORDINAL_URL, else of the current context, else the one
that \`ordinal serve\` starts on this machine. ORDINAL_TOKEN goes with ORDINAL_URL, --url and this machine, never to a context.`,
      examples: [
        'ordinal context add prod --url https://ordinal.example --token-stdin < token',
        'ordinal context use prod',
        'ordinal context list',
      ],
    },
    [add(), use(), list(), remove()],
  );
}

function add() {
  return local('add', {
    summary: 'Add a server, or change it.',
    details: 'The first one becomes the current one.',
    examples: [
      'ordinal context add prod --url https://ordinal.example --token-stdin < token',
      'ordinal context add aws --url https://abc.lambda-url.eu-west-1.on.aws --sigv4',
      'ordinal context add function --function Shop-OrdinalApi --region eu-west-1',
    ],
  })
    .argument('<name>', 'How you call it.')
    .option('--url <url>', 'Its address.')
    .option('--token <token>', 'The bearer token. Other users of the machine can see flags.')
    .option('--token-stdin', 'Read the bearer token from standard input.')
    .option('--sigv4', 'Sign requests by AWS Signature Version 4.')
    .option('--function <name>', 'Invoke this Lambda function in place of a URL.')
    .option('--region <region>', 'The AWS region.')
    .option('-n, --namespace <name>', 'The namespace of commands that name none.')
    .action(async (name, options) => (await import('./use-contexts.ts')).add(name, options));
}

function use() {
  return local('use', {
    summary: 'Make a server the current one.',
    examples: ['ordinal context use prod'],
  })
    .argument('<context>', 'How you call it.')
    .action(async (context) => (await import('./use-contexts.ts')).use(context));
}

function list() {
  return local('list', {
    summary: 'List the servers. Tokens are not shown.',
    examples: ['ordinal context list', 'ordinal context list --json'],
  })
    .option('--json', 'Print JSON, for scripts.')
    .action(async (options) => (await import('./use-contexts.ts')).list(options));
}

function remove() {
  return local('remove', {
    summary: 'Forget a server.',
    examples: ['ordinal context remove prod'],
  })
    .argument('<context>', 'How you call it.')
    .action(async (context) => (await import('./use-contexts.ts')).remove(context));
}
