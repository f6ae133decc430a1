// Ordinal alone in a stack, with the URL, the table and the functions as outputs.

import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Ordinal, type OrdinalProps } from './ordinal.ts';

export class OrdinalStack extends Stack {
  readonly ordinal: Ordinal;

  constructor(scope: Construct, id: string, props: OrdinalProps, stackProps: StackProps = {}) {
    super(scope, id, stackProps);
    this.ordinal = new Ordinal(this, 'Ordinal', props);
    const { url, table, apiFunction, maintenanceFunction } = this.ordinal;
    new CfnOutput(this, 'Url', { value: url, description: 'Where the API answers' });
    new CfnOutput(this, 'Table', { value: table.tableName, description: 'Everything that is kept' });
    new CfnOutput(this, 'MaintenanceFunction', {
      value: maintenanceFunction.functionName,
      description: 'Runs on a schedule; may be invoked at any time',
    });
    if (apiFunction) {
      const description = 'For clients that invoke it directly';
      new CfnOutput(this, 'Function', { value: apiFunction.functionName, description });
    }
  }
}
