package org.apache.curator.test;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/**
 * Stands on the class path before the class of this name, which starts a ZooKeeper in this process. This one starts a
 * server of ours as a process of its own. Those of one cluster have one store.
 *
 * <p>System properties: {@code ordinal.command} is the command of a server without its settings, {@code ordinal.shared}
 * a directory for the stores of clusters.
 */
public class ZooKeeperServerEmbeddedAdapter implements ZooKeeperMainFace {
    private static final long STARTING_MS_MAX = 60_000;
    private static final long STOPPING_MS_MAX = 20_000;
    private static final long PAUSE_MS = 20;

    private Process server;
    private int port;

    @Override
    public void start(QuorumPeerConfigBuilder builder) {
        try {
            Properties properties = builder.buildProperties();
            port = portIn(properties);
            server = new ProcessBuilder(commandFor(properties))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            Runtime.getRuntime().addShutdownHook(new Thread(server::destroyForcibly));
            awaitPort();
        } catch (Exception cause) {
            throw new FailedServerStartException(cause);
        }
    }

    @Override
    public int getClientPort() {
        return port;
    }

    @Override
    public void kill() {
        server.destroyForcibly();
        awaitEnd();
    }

    @Override
    public void close() {
        server.destroy();
        awaitEnd();
    }

    private List<String> commandFor(Properties properties) {
        List<String> command = new ArrayList<>(Arrays.asList(System.getProperty("ordinal.command").split(" ")));
        command.addAll(Arrays.asList("--port", "0", "--log-level", "error", "--data", storeOf(properties).toString()));
        command.addAll(Arrays.asList("--zookeeper", Integer.toString(port)));
        command.addAll(Arrays.asList("--zookeeper-tick-ms", properties.getProperty("tickTime")));
        String superDigest = System.getProperty("zookeeper.DigestAuthenticationProvider.superDigest");
        if (superDigest != null) {
            command.addAll(Arrays.asList("--zookeeper-super-digest", superDigest));
        }
        String checkMs = System.getProperty("znode.container.checkIntervalMs");
        if (checkMs != null) {
            command.addAll(Arrays.asList("--zookeeper-container-check-ms", checkMs));
        }
        return command;
    }

    /** A cluster is told by the port of the quorum that its first server has. */
    private static Path storeOf(Properties properties) {
        return properties.stringPropertyNames().stream()
                .filter(name -> name.startsWith("server."))
                .sorted()
                .findFirst()
                .map(name -> properties.getProperty(name).split(":")[1])
                .map(first -> Paths.get(System.getProperty("ordinal.shared"), "cluster-" + first))
                .orElseGet(() -> Paths.get(properties.getProperty("dataDir"), "ordinal"));
    }

    private static int portIn(Properties properties) throws IOException {
        int wanted = Integer.parseInt(properties.getProperty("clientPort"));
        return wanted == 0 ? InstanceSpec.getRandomPort() : wanted;
    }

    private void awaitPort() throws Exception {
        long until = System.currentTimeMillis() + STARTING_MS_MAX;
        while (!accepts()) {
            if (!server.isAlive() || System.currentTimeMillis() > until) {
                throw new IOException("the server on port " + port + " does not start");
            }
            Thread.sleep(PAUSE_MS);
        }
    }

    private boolean accepts() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    private void awaitEnd() {
        try {
            if (!server.waitFor(STOPPING_MS_MAX, TimeUnit.MILLISECONDS)) {
                server.destroyForcibly().waitFor();
            }
        } catch (InterruptedException cause) {
            Thread.currentThread().interrupt();
        }
    }
}
