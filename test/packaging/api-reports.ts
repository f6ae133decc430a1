// The public surface of each entry point as API Extractor reports it, from the declarations that were built.

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  CompilerState,
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel,
  type ExtractorResult,
  type IConfigFile,
} from '@microsoft/api-extractor';
import manifest from '../../package.json' with { type: 'json' };

export const REPORTS = 'api-reports';

interface EntryPoint {
  /** As a program imports it. */
  readonly name: string;
  readonly declarations: string;
  readonly report: string;
}

/** Everything that a program can import, by the manifest. */
export const ENTRY_POINTS: readonly EntryPoint[] = Object.entries(manifest.exports).flatMap(
  ([path, target]) => {
    if (typeof target === 'string') return [];
    const name = path.replace(/^\./, 'ordinal');
    return [{ name, declarations: target.types, report: `${name.replaceAll('/', '-')}.api.md` }];
  },
);

const NOT_SAID = { logLevel: ExtractorLogLevel.None };
const SAID = { logLevel: ExtractorLogLevel.Warning, addToApiReportFile: true };

function configOf({ declarations, report }: EntryPoint): IConfigFile {
  return {
    projectFolder: resolve('.'),
    mainEntryPointFilePath: resolve(declarations),
    compiler: { overrideTsconfig: { compilerOptions: COMPILER_OPTIONS, files: [resolve(declarations)] } },
    apiReport: {
      enabled: true,
      reportFileName: report,
      reportFolder: resolve(REPORTS),
      reportTempFolder: resolve('.cache', REPORTS),
    },
    docModel: { enabled: false },
    dtsRollup: { enabled: false },
    tsdocMetadata: { enabled: false },
    messages: {
      compilerMessageReporting: { default: SAID },
      extractorMessageReporting: {
        default: SAID,
        // Whatever an entry point exports is public.
        'ae-missing-release-tag': NOT_SAID,
        'ae-undocumented': NOT_SAID,
      },
      // The comments are not written for TSDoc.
      tsdocMessageReporting: { default: NOT_SAID },
    },
  };
}

const COMPILER_OPTIONS = {
  target: 'ES2022',
  lib: ['ES2023', 'DOM'],
  module: 'NodeNext',
  moduleResolution: 'NodeNext',
  types: ['node'],
  strict: true,
  skipLibCheck: true,
};

export interface Reported {
  readonly name: string;
  readonly report: string;
  /** What API Extractor says of the surface, such as a type that is used and not exported. */
  readonly complaints: readonly string[];
  /** The surface differs from the report that was there. */
  readonly changed: boolean;
}

/** Reports all entry points, and puts the reports in `api-reports/` if `write` is set. */
export function reportAll(write: boolean): Reported[] {
  const configs = ENTRY_POINTS.map((entry) =>
    ExtractorConfig.prepare({
      configObject: configOf(entry),
      configObjectFullPath: undefined,
      packageJsonFullPath: resolve('package.json'),
    }),
  );
  const [first, ...others] = configs;
  if (!first) throw new Error('the package has an entry point');
  // The programs share what they have in common, which is nearly everything.
  const compilerState = CompilerState.create(first, {
    additionalEntryPoints: others.map(({ mainEntryPointFilePath }) => mainEntryPointFilePath),
  });
  return configs.map((config, index) => {
    const result: ExtractorResult = Extractor.invoke(config, {
      localBuild: write,
      compilerState,
      messageCallback(message) {
        message.handled = true;
      },
    });
    const made = readFileSync(config.reportTempFilePath, 'utf8');
    const complaints = [...made.matchAll(/\(ae-[\w-]+\) .*/g)].map(([complaint]) => complaint);
    const { name = '', report = '' } = ENTRY_POINTS[index] ?? {};
    return { name, report: join(REPORTS, report), complaints, changed: result.apiReportChanged };
  });
}
