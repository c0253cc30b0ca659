package io.tallystick.testkit.db;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.ClassTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Runs a JUnit class once for each of these databases.
 *
 * <p>Constructors, life-cycle methods and tests may take a {@link TestDatabase}, a {@link javax.sql.DataSource} or an
 * {@link Engine}. Each engine has one server for the whole test run; each class gets an empty database of its own on it,
 * dropped after the class. A contract written once as an abstract class is inherited together with its databases.
 *
 * <pre>{@code
 * @Databases({Engine.POSTGRESQL, Engine.MARIADB, Engine.MYSQL})
 * class AccountStoreTest {
 *     @Test
 *     void keeps_what_it_was_given(TestDatabase db) { ... }
 * }
 * }</pre>
 *
 * <p>The environment variables {@code TALLY_TEST_POSTGRES_URL}, {@code _USER} and {@code _PASSWORD} (the same for
 * {@code MARIADB} and {@code MYSQL}) run the same tests on a server of your own, which is never killed or restarted.
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ClassTemplate
@ExtendWith(DatabasesExtension.class)
public @interface Databases {
    /** The engines, in the order of the runs. */
    Engine[] value() default {Engine.POSTGRESQL, Engine.MARIADB, Engine.MYSQL};

    /** True to start a server for this class alone, for tests that kill, pause or reconfigure it. */
    boolean ownServer() default false;

    /** Server settings as {@code name=value}; they imply a server of its own. */
    String[] settings() default {};
}
