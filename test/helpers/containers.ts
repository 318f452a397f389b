import { GenericContainer, getContainerRuntimeClient, type StartedTestContainer, Wait } from 'testcontainers'

const password = 'nself'

/**
 * The majors for which a Docker engine gives a server here: those whose image it has, else those it would pull.
 * Empty where no engine answers; the servers that npm brings are tested in any case.
 */
export async function majorsInContainers(): Promise<number[]> {
  try {
    const client = await getContainerRuntimeClient()
    const images = await client.container.dockerode.listImages()
    const tags = images.flatMap((image) => image.RepoTags ?? [])
    const here = [15, 16, 17].filter((major) => tags.includes(imageOf(major)))
    return here.length > 0 ? here : [15, 16, 17]
  } catch {
    return []
  }
}

/** A server of that major in a container, and its URL. */
export async function startContainer(major: number): Promise<{ url: string; container: StartedTestContainer }> {
  const container = await new GenericContainer(imageOf(major))
    .withEnvironment({ POSTGRES_PASSWORD: password })
    .withExposedPorts(5432)
    // The image starts it twice: first for itself, to make the database.
    .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/, 2))
    .start()
  const url = `postgresql://postgres:${password}@${container.getHost()}:${container.getMappedPort(5432)}/postgres`
  return { url, container }
}

function imageOf(major: number): string {
  return `postgres:${major}`
}
