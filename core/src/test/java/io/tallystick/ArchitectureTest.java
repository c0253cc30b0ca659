package io.tallystick;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The rules of ARCHITECTURE.md that a reviewer would otherwise have to look for by hand. */
class ArchitectureTest {

    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("/testkit/") && !location.contains("tallystick-testkit"))
            .importPackages("io.tallystick");

    /** The only places that touch the real clock, real threads and real chance: {@code SystemRuntime} and its like. */
    private static final String RUNTIME = "Runtime";

    @Test
    void the_classes_of_core_are_seen() {
        assertThat(CORE).as("classes that the rules below look at").isNotEmpty();
    }

    @Test
    void each_floor_knows_only_the_floors_below() {
        check(
                layeredArchitecture()
                        .consideringOnlyDependenciesInLayers()
                        .withOptionalLayers(true)
                        .layer("jdbc")
                        .definedBy("io.tallystick.jdbc..")
                        .layer("message")
                        .definedBy("io.tallystick.message..")
                        .layer("saga")
                        .definedBy("io.tallystick.saga..")
                        .layer("disk")
                        .definedBy("io.tallystick.disk..")
                        .layer("xa")
                        .definedBy("io.tallystick.xa..")
                        .layer("cdc")
                        .definedBy("io.tallystick.cdc..")
                        .whereLayer("cdc")
                        .mayNotBeAccessedByAnyLayer()
                        .whereLayer("xa")
                        .mayNotBeAccessedByAnyLayer()
                        .whereLayer("saga")
                        .mayNotBeAccessedByAnyLayer()
                        .whereLayer("message")
                        .mayOnlyBeAccessedByLayers("saga")
                        .whereLayer("disk")
                        .mayOnlyBeAccessedByLayers("xa", "cdc")
                        .whereLayer("jdbc")
                        .mayOnlyBeAccessedByLayers("message", "saga", "disk", "xa", "cdc")
                        .because(
                                "whoever changes a floor needs to know only those below it: jdbc <- message <- saga; jdbc <- disk; disk <- xa; disk <- cdc"));
    }

    @Test
    void within_replication_only_the_pipeline_file_knows_all_the_rest() {
        check(
                layeredArchitecture()
                        .consideringOnlyDependenciesInLayers()
                        .layer("ports")
                        .definedBy("io.tallystick.cdc")
                        .layer("type")
                        .definedBy("io.tallystick.cdc.type..")
                        .layer("spool")
                        .definedBy("io.tallystick.cdc.spool..")
                        .layer("query")
                        .definedBy("io.tallystick.cdc.query..")
                        .layer("replicator")
                        .definedBy("io.tallystick.cdc.replicator..")
                        .layer("file")
                        .definedBy("io.tallystick.cdc.file..")
                        .whereLayer("file")
                        .mayNotBeAccessedByAnyLayer()
                        .whereLayer("replicator")
                        .mayOnlyBeAccessedByLayers("file")
                        .whereLayer("type")
                        .mayOnlyBeAccessedByLayers("replicator", "file")
                        .whereLayer("query")
                        .mayOnlyBeAccessedByLayers("file")
                        .whereLayer("spool")
                        .mayOnlyBeAccessedByLayers("file")
                        .because(
                                "a source, a spool and the replicator meet at the ports: each is read, tested and replaced alone"));
    }

    @Test
    void capabilities_form_no_circle() {
        check(slices().matching("io.tallystick.(*)..")
                .should()
                .beFreeOfCycles()
                .because("capabilities in a circle can only be understood, and changed, all at once"));
    }

    @Test
    void only_the_runtime_knows_what_time_it_is() {
        check(noClasses()
                .that(areNotTheRuntime())
                .should()
                .accessTargetWhere(isOneOf(
                        method(System.class, "currentTimeMillis"),
                        method(System.class, "nanoTime"),
                        method(Instant.class, "now"),
                        method(Clock.class, "systemUTC"),
                        method(Clock.class, "systemDefaultZone"),
                        method(InstantSource.class, "system"),
                        method(Thread.class, "sleep")))
                .because("a simulation can only replay a failure when it owns the time; take an InstantSource"));
    }

    @Test
    void only_the_runtime_draws_lots() {
        check(noClasses()
                .that(areNotTheRuntime())
                .should()
                .accessTargetWhere(isOneOf(
                        method(UUID.class, "randomUUID"), method(ThreadLocalRandom.class, "current"),
                        method(Math.class, "random"), method(RandomGenerator.class, "getDefault"),
                        method(Random.class, "<init>"), method(SplittableRandom.class, "<init>")))
                .because("a seed must decide everything that chance decides; take a RandomGenerator"));
    }

    @Test
    void only_SqlErrors_reads_vendor_codes() {
        check(noClasses()
                .that()
                .doNotHaveSimpleName("SqlErrors")
                .should()
                .accessTargetWhere(
                        isOneOf(method(SQLException.class, "getSQLState"), method(SQLException.class, "getErrorCode")))
                .because("whether a transaction happened is judged in one place, tested on each database"));
    }

    @Test
    void core_knows_no_framework_no_driver_and_no_broker() {
        check(noClasses()
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "org.springframework..",
                        "jakarta.servlet..",
                        "jakarta.persistence..",
                        "jakarta.jms..",
                        "org.postgresql..",
                        "org.mariadb..",
                        "com.mysql..",
                        "oracle..",
                        "org.apache.kafka..",
                        "com.rabbitmq.."))
                .because("a user gets the driver, the broker and the framework that he chose, and no other"));
    }

    @Test
    void internal_packages_are_used_only_by_their_own_capability() {
        for (String capability : List.of("jdbc", "message", "saga", "disk", "xa", "cdc", "ha", "verify")) {
            String home = "io.tallystick." + capability + "..";
            check(noClasses()
                    .that()
                    .resideOutsideOfPackage(home)
                    .should()
                    .dependOnClassesThat(resideInAPackage("io.tallystick." + capability + "..internal.."))
                    .because("what is internal may change without asking anybody"));
        }
    }

    @Test
    void nothing_is_injected_into_a_field_and_nothing_static_changes() {
        check(noFields()
                .should()
                .beAnnotatedWith("jakarta.inject.Inject")
                .orShould()
                .beAnnotatedWith("javax.inject.Inject")
                .orShould()
                .beAnnotatedWith("org.springframework.beans.factory.annotation.Autowired")
                .because("a constructor shows what an object needs and leaves it complete"));
        check(noFields()
                .that()
                .areStatic()
                .and()
                .doNotHaveModifier(JavaModifier.SYNTHETIC)
                .should()
                .notBeFinal()
                .because("state that belongs to nobody leaks from one engine, and one test, into the next"));
    }

    @Test
    void core_speaks_only_through_slf4j() {
        check(noClasses()
                .should()
                // a DataSource has to name java.util.logging.Logger in a signature; it must not log there
                .accessClassesThat(resideInAPackage("java.util.logging.."))
                .orShould()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(Throwable.class, "printStackTrace")
                .because("the application decides where a library's lines go"));
    }

    @Test
    void names_say_what_a_class_does() {
        check(noClasses()
                .that()
                .areTopLevelClasses()
                .should()
                .haveNameMatching(".*(Impl|Util|Utils|Helper|Manager|Base)")
                .because("such a name tells only that none was found"));
    }

    @Test
    void every_package_tells_its_purpose_and_refuses_null() {
        List<String> unmarked = CORE.stream()
                .map(JavaClass::getPackageName)
                .distinct()
                .filter(name -> !isNullMarked(name))
                .toList();
        assertThat(unmarked)
                .as("packages without a package-info.java that says @NullMarked; NullAway looks only where it stands")
                .isEmpty();
    }

    @Test
    void at_most_two_thirds_of_the_classes_that_do_work_are_public() {
        List<JavaClass> working =
                CORE.stream().filter(ArchitectureTest::doesWork).toList();
        List<String> open = working.stream()
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                .map(JavaClass::getName)
                .toList();
        assertThat(open)
                .as("public classes of %d; what is public can never be changed quietly", working.size())
                .hasSizeLessThanOrEqualTo(working.size() * 2 / 3);
    }

    /** Values, ports and exceptions are what users hold in their hands; the rest is ours to change. */
    private static boolean doesWork(JavaClass type) {
        return type.isTopLevelClass()
                && !type.isInterface()
                && !type.isRecord()
                && !type.isEnum()
                && !type.isAssignableTo(Throwable.class);
    }

    private static void check(ArchRule rule) {
        // a rule about something that core has none of holds
        rule.allowEmptyShould(true).check(CORE);
    }

    private static boolean isNullMarked(String packageName) {
        try {
            return Class.forName(packageName + ".package-info").isAnnotationPresent(NullMarked.class);
        } catch (ClassNotFoundException absent) {
            return false;
        }
    }

    @SafeVarargs
    private static DescribedPredicate<JavaAccess<?>> isOneOf(DescribedPredicate<JavaAccess<?>>... calls) {
        return DescribedPredicate.or(calls);
    }

    private static DescribedPredicate<JavaAccess<?>> method(Class<?> owner, String method) {
        return DescribedPredicate.describe(
                owner.getSimpleName() + "." + method,
                call -> call.getName().equals(method) && call.getTargetOwner().isAssignableTo(owner));
    }

    private static DescribedPredicate<JavaClass> areNotTheRuntime() {
        return DescribedPredicate.describe(
                "are not a ...Runtime", type -> !outermost(type).getSimpleName().endsWith(RUNTIME));
    }

    private static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type);
    }
}
