import { isGrpcServiceError, type Connection } from '@temporalio/client';
import { searchAttributeTypes } from '../../domain/search-attributes.ts';
import { EnvironmentError } from '../../domain/errors/usage-error.ts';

/** The one namespace of an embedded server. */
export const embeddedNamespace = 'default';

const retentionDays = 30;

/** Temporal's numbers for the types of search attributes (`IndexedValueType`). */
const attributeTypes = { KEYWORD: 2, INT: 3 } as const;
/** Temporal's number of a gRPC status. */
const grpcNotFound = 5;

/**
 * Sets retention and search attributes. The dev server takes both as flags only when it makes the
 * database, and a start of a workflow with an unknown attribute is refused. Safe to repeat.
 *
 * @throws {EnvironmentError} when an attribute of that name has another type
 */
export async function prepareNamespace(connection: Connection): Promise<void> {
  await setRetention(connection);
  await addSearchAttributes(connection);
}

async function setRetention({ workflowService }: Connection): Promise<void> {
  const namespace = embeddedNamespace;
  const wanted = retentionDays * 24 * 60 * 60;
  const { config } = await workflowService.describeNamespace({ namespace });
  if (Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) === wanted) return;
  await workflowService.updateNamespace({
    namespace,
    config: { workflowExecutionRetentionTtl: { seconds: wanted as never } },
  });
}

async function addSearchAttributes({ operatorService }: Connection): Promise<void> {
  const namespace = embeddedNamespace;
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  const missing: Record<string, number> = {};
  for (const [name, typeName] of Object.entries(searchAttributeTypes)) {
    const type = attributeTypes[typeName];
    const existing: number | undefined = customAttributes[name];
    if (existing === undefined) missing[name] = type;
    else if (existing !== type) throw conflictingAttribute(name);
  }
  if (Object.keys(missing).length === 0) return;
  await operatorService.addSearchAttributes({ namespace, searchAttributes: missing });
}

/** Asks each of the services inside the dev server something, for they come up one after the other. */
export async function proveServing({ workflowService }: Connection): Promise<void> {
  const namespace = embeddedNamespace;
  await workflowService.countWorkflowExecutions({ namespace, query: '' });
  await workflowService.describeTaskQueue({ namespace, taskQueue: { name: 'videoqa' } });
  try {
    const execution = { workflowId: 'readiness-probe' };
    await workflowService.describeWorkflowExecution({ namespace, execution });
  } catch (error) {
    if (!isGrpcServiceError(error)) throw error;
    const code: number = error.code;
    if (code !== grpcNotFound) throw error;
  }
}

function conflictingAttribute(name: string): EnvironmentError {
  return new EnvironmentError(
    `The Temporal database here has a search attribute ${name} of another type than this program ` +
      `uses. Remove it (temporal operator search-attribute remove --name ${name}), or start with an ` +
      'empty server: export VIDEOQA_HOME=<new folder>',
  );
}
