package ordinal;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClasspathRoots;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs the tests of the jars that are its arguments, and writes the outcome of each to a file, one in a line: the test,
 * how it ended, and why it failed, with tabs in between.
 *
 * <p>System properties: {@code ordinal.outcomes} is the file. Only tests with {@code ordinal.tests} in their name run;
 * those in {@code ordinal.leftOut}, with commas in between, do not.
 */
public final class Suite implements TestExecutionListener {
    private final PrintStream outcomes;

    private Suite(PrintStream outcomes) {
        this.outcomes = outcomes;
    }

    public static void main(String[] jars) throws Exception {
        Set<Path> roots = Arrays.stream(jars).map(Paths::get).collect(Collectors.toSet());
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClasspathRoots(roots))
                .filters(EngineFilter.includeEngines("junit-jupiter"), (PostDiscoveryFilter) Suite::isWanted)
                .build();
        Launcher launcher = LauncherFactory.create();
        try (PrintStream out = new PrintStream(
                Files.newOutputStream(Paths.get(System.getProperty("ordinal.outcomes"))), true, "UTF-8")) {
            launcher.execute(request, new Suite(out));
        }
        // A test may have left threads behind.
        System.exit(0);
    }

    private static FilterResult isWanted(TestDescriptor test) {
        String name = test.getSource().map(Suite::nameOf).orElse(null);
        if (name == null) {
            return FilterResult.included(null);
        }
        boolean isNamed = name.contains(System.getProperty("ordinal.tests", ""));
        boolean isLeftOut = Arrays.stream(System.getProperty("ordinal.leftOut", "").split(","))
                .anyMatch(one -> !one.isEmpty() && name.startsWith(one));
        return FilterResult.includedIf(isNamed && !isLeftOut);
    }

    /** Null for what is no method. */
    private static String nameOf(Object source) {
        if (!(source instanceof MethodSource)) {
            return null;
        }
        MethodSource method = (MethodSource) source;
        String owner = method.getClassName();
        return owner.substring(owner.lastIndexOf('.') + 1) + "." + method.getMethodName();
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        test.getSource().map(Suite::nameOf).ifPresent(name -> System.out.println("RUN " + name));
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        write(test, "skipped", reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        switch (result.getStatus()) {
            case SUCCESSFUL:
                if (test.isTest()) {
                    write(test, "passed", "");
                }
                break;
            case ABORTED:
                write(test, "skipped", reasonOf(result));
                break;
            default:
                write(test, "failed", reasonOf(result));
        }
    }

    private static String reasonOf(TestExecutionResult result) {
        return result.getThrowable().map(Throwable::toString).orElse("");
    }

    private void write(TestIdentifier test, String outcome, String why) {
        String name = test.getSource().map(Suite::nameOf).orElse(test.getDisplayName());
        // A parametrized test has its arguments as its name.
        String shown = name + (test.getDisplayName().startsWith("[") ? " " + test.getDisplayName() : "");
        outcomes.println(shown + "\t" + outcome + "\t" + why.replaceAll("\\s+", " "));
    }
}
