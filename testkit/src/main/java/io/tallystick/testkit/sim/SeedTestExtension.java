package io.tallystick.testkit.sim;

import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;

/** Runs the method once per seed. */
final class SeedTestExtension implements TestTemplateInvocationContextProvider {
    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return true;
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        Method method = context.getRequiredTestMethod();
        SeedTest test = AnnotationSupport.findAnnotation(method, SeedTest.class).orElseThrow();
        return SeedRange.of(test, context::getConfigurationParameter).stream()
                .mapToObj(seed ->
                        new SeedRun(new Simulation(seed, replayCommand(context.getRequiredTestClass(), method, seed))));
    }

    /** The build tool's base directory is the module; without one (an IDE) the class alone is named. */
    private static String replayCommand(Class<?> testClass, Method method, long seed) {
        @Nullable String module = System.getProperty("basedir");
        String selection = module == null ? "" : " -pl " + Path.of(module).getFileName() + " -am";
        return "mvn test" + selection + " -Dtest='" + simpleName(testClass) + "#" + method.getName()
                + "' -Dsurefire.failIfNoSpecifiedTests=false -Dtally.seed=" + seed;
    }

    private static String simpleName(Class<?> testClass) {
        String name = testClass.getName();
        return name.substring(name.lastIndexOf('.') + 1);
    }

    private record SeedRun(Simulation simulation)
            implements TestTemplateInvocationContext,
                    ParameterResolver,
                    AfterTestExecutionCallback,
                    TestExecutionExceptionHandler {
        @Override
        public String getDisplayName(int invocationIndex) {
            return "seed " + simulation.seed();
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(this);
        }

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Simulation.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return simulation;
        }

        @Override
        public void afterTestExecution(ExtensionContext context) {
            if (context.getExecutionException().isEmpty()) {
                simulation.validate();
            }
        }

        /** A failure outside the events (an assertion in the method itself) also gets its seed. */
        @Override
        public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
            if (failure instanceof SimulationFailure
                    || !(failure instanceof Exception || failure instanceof AssertionError)) {
                throw failure;
            }
            throw simulation.failure("test method failed: " + failure, failure);
        }
    }
}
