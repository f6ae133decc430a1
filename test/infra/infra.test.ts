// Goal: what is deployed is locked down, hard to lose, and what docs/deployment.md says. Method: the templates that CDK makes of the
// construct, without network, Docker or account.

import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { beforeAll, describe, expect, test } from 'vitest';
import { EVENT_STREAM_MS } from '../../functions/app.ts';
import { Ordinal, type OrdinalProps } from '../../infra/ordinal.ts';
import { settingsIn } from '../../infra/settings.ts';
import { OrdinalStack } from '../../infra/stack.ts';

const ENV = { account: '123456789012', region: 'us-east-1' };
/** Most tests look at what is around the code, and bundling takes a second. */
const NO_BUNDLING = { 'aws:cdk:bundling-stacks': [] };

function templateOf(props: OrdinalProps = {}): Template {
  const app = new App({ context: NO_BUNDLING });
  return Template.fromStack(new OrdinalStack(app, 'Ordinal', props, { env: ENV }));
}

interface Statement {
  readonly Action: string | string[];
  readonly Resource?: unknown;
  readonly Condition?: unknown;
}

function statementsOf(template: Template): { policy: string; statement: Statement }[] {
  return Object.entries(template.findResources('AWS::IAM::Policy')).flatMap(([policy, resource]) =>
    (resource['Properties'].PolicyDocument.Statement as Statement[]).map((statement) => ({
      policy,
      statement,
    })),
  );
}

describe('by default', () => {
  let template: Template;
  beforeAll(() => {
    template = templateOf();
  });

  test('the table: on demand, restorable, protected, no expiry, no stream, one Region', () => {
    template.hasResource('AWS::DynamoDB::GlobalTable', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        TimeToLiveSpecification: Match.absent(),
        StreamSpecification: Match.absent(),
        MultiRegionConsistency: Match.absent(),
        KeySchema: [
          { AttributeName: 'log', KeyType: 'HASH' },
          { AttributeName: 'base', KeyType: 'RANGE' },
        ],
        Replicas: [
          {
            DeletionProtectionEnabled: true,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
            Region: 'us-east-1',
          },
        ],
      },
    });
  });

  test('no wildcard, neither in actions nor in resources', () => {
    const statements = statementsOf(template);
    expect(statements.length).toBeGreaterThan(5);
    for (const { policy, statement } of statements) {
      expect(`${policy} ${JSON.stringify([statement.Action, statement.Resource])}`).not.toContain('*');
    }
    expect(JSON.stringify(template.findResources('AWS::IAM::Role'))).not.toContain('ManagedPolicyArns');
  });

  test('the API reads and writes items, removes snapshots only, and cannot touch the table', () => {
    const own = statementsOf(template).filter(({ policy }) => policy.startsWith('OrdinalApiRole'));
    const actions = own.flatMap(({ statement }) => statement.Action);
    expect(actions.toSorted()).toEqual([
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
    ]);
    const removing = own.find(({ statement }) => statement.Action === 'dynamodb:DeleteItem');
    expect(removing?.statement.Condition).toEqual({
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['blob/namespace/*/snapshot/*'] },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    });
    const maintenance = statementsOf(template).find(
      ({ policy, statement }) =>
        policy.startsWith('OrdinalMaintenanceRole') && statement.Action === 'dynamodb:DeleteItem',
    );
    expect(JSON.stringify(maintenance?.statement.Condition)).toContain(
      '["blob/namespace/*/snapshot/*","log/namespace/*","log/stream/*","log/system/*"]',
    );
  });

  test('the URL asks for IAM and streams; nobody is allowed yet', () => {
    template.hasResourceProperties('AWS::Lambda::Url', {
      AuthType: 'AWS_IAM',
      InvokeMode: 'RESPONSE_STREAM',
    });
    template.resourceCountIs('AWS::Lambda::Permission', 0);
  });

  test('functions: Node 24 on arm64, logs kept for a month', () => {
    const functions = Object.values(template.findResources('AWS::Lambda::Function'));
    expect(functions.length).toBe(2);
    for (const { Properties } of functions) {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
      });
      expect(Properties.LoggingConfig.LogGroup).toBeDefined();
    }
    for (const { Properties } of Object.values(template.findResources('AWS::Logs::LogGroup'))) {
      expect(Properties.RetentionInDays).toBe(30);
    }
  });

  test('the schedules: every 15 minutes, and every minute for the leases; two retries, that one function', () => {
    const target = { RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 600 } };
    template.resourceCountIs('AWS::Scheduler::Schedule', 2);
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(15 minutes)',
      Target: target,
    });
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(1 minute)',
      Target: { ...target, Input: '{"task":"expire-leases"}' },
    });
  });

  test('leases need no schedule where requests find them', () => {
    templateOf({ expireLeasesEvery: false }).resourceCountIs('AWS::Scheduler::Schedule', 1);
    expect(() => templateOf({ expireLeasesEvery: Duration.seconds(30) })).toThrow('expireLeasesEvery');
  });

  test('what has failed is not invoked again by Lambda: the schedule comes again anyway', () => {
    template.resourcePropertiesCountIs('AWS::Lambda::EventInvokeConfig', { MaximumRetryAttempts: 0 }, 2);
  });

  test('alarms, which stay quiet when nothing happens, unless it is the schedule that does not; a dashboard', () => {
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
    expect(alarms.length).toBe(9);
    for (const { Properties } of alarms) {
      const silent = Properties.AlarmDescription === 'The schedule does not run';
      expect(Properties.TreatMissingData).toBe(silent ? 'breaching' : 'notBreaching');
      expect(Properties.AlarmDescription).toBeTruthy();
    }
    template.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
  });

  test('outputs', () => {
    expect(Object.keys(template.findOutputs('*'))).toEqual([
      'Url',
      'Table',
      'MaintenanceFunction',
      'Function',
    ]);
  });
});

describe('settings of the construct', () => {
  test('JWT: an open URL, and the functions told whom to ask', () => {
    const access = { kind: 'jwt', issuer: 'https://issuer.example', audience: 'ordinal' } as const;
    const template = templateOf({ access });
    template.hasResourceProperties('AWS::Lambda::Url', { AuthType: 'NONE' });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ ORDINAL_ACCESS: JSON.stringify(access) }) },
    });
    const actions = Object.values(template.findResources('AWS::Lambda::Permission')).map(
      ({ Properties }) => Properties.Action,
    );
    expect(actions.toSorted()).toEqual(['lambda:InvokeFunction', 'lambda:InvokeFunctionUrl']);
  });

  test('grantUse: over the URL and directly, this function only', () => {
    const stack = new Stack(new App({ context: NO_BUNDLING }), 'Own', { env: ENV });
    const caller = new Role(stack, 'Caller', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
    new Ordinal(stack, 'Ordinal').grantUse(caller);
    const statements = statementsOf(Template.fromStack(stack)).filter(({ policy }) =>
      policy.startsWith('Caller'),
    );
    const actions = new Set(statements.flatMap(({ statement }) => statement.Action));
    expect([...actions].toSorted()).toEqual(['lambda:InvokeFunction', 'lambda:InvokeFunctionUrl']);
    for (const { statement } of statements)
      expect(JSON.stringify(statement.Resource)).toContain('OrdinalApi');
  });

  test('strong replicas: two beside the own Region, or one and a witness', () => {
    templateOf({ strongReplicas: { regions: ['us-east-2', 'us-west-2'] } }).hasResourceProperties(
      'AWS::DynamoDB::GlobalTable',
      {
        MultiRegionConsistency: 'STRONG',
        Replicas: [{ Region: 'us-east-2' }, { Region: 'us-west-2' }, { Region: 'us-east-1' }],
      },
    );
    const strongReplicas = { regions: ['us-east-2'], witnessRegion: 'us-west-2' };
    templateOf({ strongReplicas }).hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      MultiRegionConsistency: 'STRONG',
      GlobalTableWitnesses: [{ Region: 'us-west-2' }],
    });
  });

  test.each([
    [{ regions: ['us-east-2'] }],
    [{ regions: ['us-east-2', 'us-east-2'] }],
    [{ regions: ['us-east-1', 'us-east-2'] }],
    [{ regions: ['us-east-2', 'us-west-2'], witnessRegion: 'eu-west-1' }],
    [{ regions: [], witnessRegion: 'us-west-2' }],
  ])('refused as replicas: %j', (strongReplicas) => {
    expect(() => templateOf({ strongReplicas })).toThrow('three different Regions');
  });

  test('no construct makes an eventually consistent replica', () => {
    for (const props of [{}, { strongReplicas: { regions: ['us-east-2', 'us-west-2'] } }]) {
      for (const { Properties } of Object.values(
        templateOf(props).findResources('AWS::DynamoDB::GlobalTable'),
      )) {
        expect(Properties.Replicas.length === 1 || Properties.MultiRegionConsistency === 'STRONG').toBe(true);
      }
    }
  });

  test('a key of the user encrypts table, logs and settings', () => {
    const stack = new Stack(new App({ context: NO_BUNDLING }), 'Own', { env: ENV });
    const encryptionKey = new Key(stack, 'Key');
    new Ordinal(stack, 'Ordinal', { encryptionKey });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
    });
    template.allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: Match.anyValue() });
    template.allResourcesProperties('AWS::Lambda::Function', { KmsKeyArn: Match.anyValue() });
    expect(() =>
      templateOf({ encryptionKey, strongReplicas: { regions: ['us-east-2', 'us-west-2'] } }),
    ).toThrow();
  });

  test('the rest: namespaces, times, topic, removal', () => {
    const stack = new Stack(new App({ context: NO_BUNDLING }), 'Own', { env: ENV });
    new Ordinal(stack, 'Ordinal', {
      namespaces: ['a', 'b'],
      maintenanceEvery: Duration.minutes(5),
      longPoll: Duration.seconds(1),
      logRetention: RetentionDays.ONE_WEEK,
      alarmTopic: new Topic(stack, 'Topic'),
      removalPolicy: RemovalPolicy.DESTROY,
      memoryMb: 512,
      reservedConcurrency: 7,
    });
    const template = Template.fromStack(stack);
    template.allResourcesProperties('AWS::Lambda::Function', {
      MemorySize: 512,
      Environment: {
        Variables: Match.objectLike({ ORDINAL_NAMESPACES: '["a","b"]', ORDINAL_LONG_POLL_MS: '1000' }),
      },
    });
    template.hasResourceProperties('AWS::Lambda::Function', { ReservedConcurrentExecutions: 7 });
    template.hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: 'rate(5 minutes)' });
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
    template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: Match.anyValue() });
    template.hasResource('AWS::DynamoDB::GlobalTable', { DeletionPolicy: 'Delete' });
    expect(() => templateOf({ longPoll: Duration.minutes(1) })).toThrow('longPoll');
  });

  test('live reads end well before a function is cut off', () => {
    const { Timeout: endsAtSeconds } = Object.values(
      templateOf().findResources('AWS::Lambda::Function', {
        Properties: { Environment: { Variables: { ORDINAL_LONG_POLL_MS: Match.anyValue() } } },
      }),
    ).map(({ Properties }) => Properties)[0];
    // The last read of a stream may take as long as any read is tried.
    const spareMs = 10_000;
    expect(EVENT_STREAM_MS + spareMs).toBeLessThanOrEqual(1000 * endsAtSeconds);
    const longest = Duration.millis(EVENT_STREAM_MS);
    expect(() => templateOf({ longPoll: longest })).not.toThrow();
    expect(() => templateOf({ longPoll: longest.plus(Duration.millis(1)) })).toThrow('longPoll');
  });

  test('a Web Function in place of the function', () => {
    const template = templateOf({ compute: 'web-function', maxEnvironments: 5 });
    template.hasResourceProperties('AWS::Lambda::WebFunctionEndpoint', {
      ScalingConfig: { MaxEnvironments: 5 },
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/Lambda/Web',
      MetricName: 'HTTPResponseStatusClass5XX',
      Dimensions: [
        { Name: 'EndpointName', Value: 'prod' },
        { Name: 'FunctionName', Value: Match.anyValue() },
      ],
    });
    template.resourceCountIs('AWS::Lambda::Url', 0);
    template.resourceCountIs('AWS::Lambda::WebFunction', 1);
    template.hasResourceProperties('AWS::Lambda::WebFunctionEndpoint', { AuthType: 'IamAuth' });
    const own = statementsOf(template).filter(({ policy }) => policy.startsWith('OrdinalWebRole'));
    expect(own.length).toBeGreaterThan(1);
    for (const { statement } of own)
      expect(JSON.stringify([statement.Action, statement.Resource])).not.toContain('*');
  });
});

describe('what AWS would refuse, or ignore, is refused before', () => {
  test('a bound of the other kind of compute', () => {
    expect(() => templateOf({ compute: 'web-function', reservedConcurrency: 7 })).toThrow('maxEnvironments');
    expect(() => templateOf({ maxEnvironments: 7 })).toThrow('reservedConcurrency');
  });

  test('more settings than fit into the environment of a function', () => {
    const namespaces = (count: number) => Array.from({ length: count }, (_, index) => `tenant-${index}`);
    templateOf({ namespaces: namespaces(200) });
    expect(() => templateOf({ namespaces: namespaces(400) })).toThrow(/400 namespaces.* 4,096 bytes/s);
  });

  test.each([Duration.days(2), Duration.seconds(90), Duration.seconds(30)])(
    'a schedule whose alarms or whose rate there cannot be: %s',
    (maintenanceEvery) => {
      expect(() => templateOf({ maintenanceEvery })).toThrow('maintenanceEvery');
    },
  );

  test('the slowest schedule has alarms that CloudWatch takes', () => {
    const template = templateOf({ maintenanceEvery: Duration.days(1) });
    for (const { Properties } of Object.values(template.findResources('AWS::CloudWatch::Alarm'))) {
      expect(Properties.Period).toBeLessThanOrEqual(86_400);
      expect(Properties.Period * Properties.EvaluationPeriods).toBeLessThanOrEqual(604_800);
    }
  });
});

describe('settings of the app', () => {
  const read = (context: Record<string, string>) => settingsIn(new App({ context }).node);

  test('nothing said: IAM, one function, data that stays', () => {
    expect(read({})).toMatchObject({
      stackName: 'Ordinal',
      props: { access: { kind: 'iam' }, compute: 'function', removalPolicy: RemovalPolicy.RETAIN },
    });
  });

  test("what is CDK's own is let alone", () => {
    const context = { '@aws-cdk/core:x': 'true', 'aws:cdk:y': 'z', 'availability-zones:account=1': 'a' };
    expect(read(context).stackName).toBe('Ordinal');
  });

  test('everything said', () => {
    const context = {
      access: 'jwt',
      jwtIssuer: 'https://issuer.example',
      jwtAudience: 'ordinal',
      jwtScopePrefix: 'ordinal/',
      namespaces: 'a, b',
      replicas: 'us-east-2',
      witness: 'us-west-2',
      removeData: 'true',
      longPollMs: '100',
      console: 'true',
    };
    expect(read(context).props).toMatchObject({
      access: { kind: 'jwt', issuer: 'https://issuer.example', audience: 'ordinal', scopePrefix: 'ordinal/' },
      namespaces: ['a', 'b'],
      strongReplicas: { regions: ['us-east-2'], witnessRegion: 'us-west-2' },
      removalPolicy: RemovalPolicy.DESTROY,
      console: true,
    });
  });

  test.each([
    [{ access: 'none' }, 'access'],
    [{ access: 'jwt' }, 'jwtIssuer'],
    [{ compute: 'server' }, 'compute'],
    [{ witness: 'us-west-2' }, 'witness'],
    [{ removeData: 'maybe' }, 'removeData'],
    [{ namespaces: ' ' }, 'namespaces'],
    [{ longpollMs: '100' }, 'longpollMs'],
    [{ 'long-poll-ms': '100' }, 'long-poll-ms'],
  ])('%j is refused', (context, named) => {
    expect(() => read(context as Record<string, string>)).toThrow(named);
  });
});
