/** What the runner reads of cucumber's messages (@cucumber/messages), member by member. */

export interface PickleMessage {
  readonly id: string;
  readonly uri: string;
  readonly name: string;
  /** The scenario, and the example's row where there is one. */
  readonly astNodeIds: readonly string[];
  readonly tags: readonly { readonly name: string }[];
  readonly steps: readonly PickleStepMessage[];
}

export interface PickleStepMessage {
  readonly id: string;
  readonly text: string;
  readonly argument?: {
    readonly docString?: { readonly content: string };
    readonly dataTable?: { readonly rows: readonly { readonly cells: readonly { readonly value: string }[] }[] };
  };
  readonly astNodeIds: readonly string[];
}

export interface DocumentMessage {
  readonly uri?: string;
  readonly feature?: { readonly name: string; readonly children: readonly FeatureChildMessage[] };
}

export interface FeatureChildMessage {
  readonly rule?: { readonly children: readonly RuleChildMessage[] };
  readonly background?: BackgroundMessage;
  readonly scenario?: ScenarioMessage;
}

export type RuleChildMessage = Pick<FeatureChildMessage, 'background' | 'scenario'>;

export interface BackgroundMessage {
  readonly steps: readonly StepMessage[];
}

export interface ScenarioMessage {
  readonly id: string;
  readonly location: { readonly line: number };
  readonly steps: readonly StepMessage[];
  readonly examples: readonly {
    readonly tableBody: readonly { readonly id: string; readonly location: { readonly line: number } }[];
  }[];
}

export interface StepMessage {
  readonly id: string;
  readonly keyword: string;
}

export interface TestCaseMessage {
  readonly id: string;
  /** Hooks have no pickle step. */
  readonly testSteps: readonly { readonly id: string; readonly pickleStepId?: string }[];
}

export interface StepResultMessage {
  /** PASSED, FAILED, SKIPPED, UNDEFINED, AMBIGUOUS, PENDING or UNKNOWN. */
  readonly status: string;
  readonly message?: string;
  readonly exception?: { readonly type: string; readonly message?: string };
}

export interface AttachmentMessage {
  readonly mediaType: string;
  readonly body: string;
}

export interface CucumberMessage {
  readonly parseError?: { readonly source: { readonly uri?: string }; readonly message: string };
  readonly gherkinDocument?: DocumentMessage;
  readonly pickle?: PickleMessage;
  readonly testCase?: TestCaseMessage;
  readonly testCaseStarted?: { readonly testCaseId: string };
  readonly testStepFinished?: { readonly testStepId: string; readonly testStepResult: StepResultMessage };
  readonly attachment?: AttachmentMessage;
  readonly testCaseFinished?: object;
  readonly testRunFinished?: object;
}
