package io.tallystick.spring;

import io.tallystick.jdbc.RejectedException;
import io.tallystick.xa.BranchDriver;
import io.tallystick.xa.DecisionStore;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaEngineBuilder;
import io.tallystick.xa.XaSettings;
import io.tallystick.xa.http.XaHttp;
import io.tallystick.xa.jta.JakartaTransactions;
import java.util.Objects;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.transaction.TransactionManager;
import org.springframework.transaction.annotation.AbstractTransactionManagementConfiguration;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.jta.JtaTransactionManager;

/**
 * Two-phase commit under {@code @Transactional} when {@code tallystick.xa} names a service or resources: the engine over the configured databases and
 * all beans of type {@link BranchDriver} and {@link DecisionStore}, and Spring's transaction manager on it. Each bean gives way to one of
 * the application's own.
 */
@AutoConfiguration(
        beforeName = {
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration",
            "org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration",
            "org.springframework.boot.transaction.jta.autoconfigure.JtaAutoConfiguration"
        })
@Conditional(XaAutoConfiguration.OnServiceOrResources.class)
@EnableConfigurationProperties(XaProperties.class)
public final class XaAutoConfiguration {

    @Bean
    ConfiguredResources tallystickResources(XaProperties properties) {
        return ConfiguredResources.open(properties);
    }

    @Bean
    @ConditionalOnMissingBean
    XaEngine xaEngine(
            XaProperties properties,
            ConfiguredResources resources,
            ObjectProvider<BranchDriver> drivers,
            ObjectProvider<DecisionStore> stores,
            ObjectProvider<XaHttp> between,
            ObjectProvider<XaEngineCustomizer> customizers) {
        XaEngineBuilder engine = named(properties);
        if (properties.node() != null) {
            engine.node(properties.node());
        }
        resources.addTo(engine);
        drivers.orderedStream().forEach(engine::resource);
        stores.orderedStream().forEach(engine::decisions);
        between.ifAvailable(http -> http.joining(engine));
        customizers.orderedStream().forEach(customizer -> customizer.customize(engine));
        return engine.open();
    }

    private static XaEngineBuilder named(XaProperties properties) {
        try {
            return XaEngine.named(properties.service())
                    .settings(XaSettings.standard().withTimeout(properties.timeout()));
        } catch (IllegalArgumentException e) {
            throw new MisconfiguredException(String.valueOf(e.getMessage()), e);
        }
    }

    @Bean
    @ConditionalOnMissingBean
    JakartaTransactions jakartaTransactions(XaEngine engine) {
        return JakartaTransactions.of(engine);
    }

    @Bean
    @ConditionalOnMissingBean(TransactionManager.class)
    JtaTransactionManager transactionManager(JakartaTransactions jakarta) {
        JtaTransactionManager manager =
                new JtaTransactionManager(jakarta.userTransaction(), jakarta.transactionManager());
        manager.setTransactionSynchronizationRegistry(jakarta.registry());
        return manager;
    }

    /** The application's connections: those of a resource, which take part in the thread's transaction by themselves. */
    @Bean
    @ConditionalOnProperty("tallystick.xa.data-source")
    @ConditionalOnMissingBean(DataSource.class)
    DataSource dataSource(XaEngine engine, XaProperties properties) {
        try {
            return engine.dataSource(Objects.requireNonNull(properties.dataSource()));
        } catch (RejectedException e) {
            throw new MisconfiguredException(
                    "tallystick.xa.data-source is '" + properties.dataSource()
                            + "': expected the name of a resource; tallystick.xa.resources has "
                            + properties.resources().keySet(),
                    e);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingBean(AbstractTransactionManagementConfiguration.class)
    @EnableTransactionManagement(proxyTargetClass = true)
    static class DeclarativeTransactions {}

    /** Resources without a service are a mistake that has to be told: without this class there would simply be no DataSource. */
    static final class OnServiceOrResources extends AnyNestedCondition {

        OnServiceOrResources() {
            super(ConfigurationPhase.PARSE_CONFIGURATION);
        }

        @ConditionalOnProperty("tallystick.xa.service")
        static class Service {}

        @Conditional(OnResources.class)
        static class Resources {}
    }

    static final class OnResources extends SpringBootCondition {
        @Override
        public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
            boolean some = Binder.get(context.getEnvironment())
                    .bind("tallystick.xa.resources", Bindable.mapOf(String.class, Object.class))
                    .isBound();
            ConditionMessage.Builder message = ConditionMessage.forCondition("Two-phase commit");
            return some
                    ? ConditionOutcome.match(message.because("tallystick.xa.resources has one"))
                    : ConditionOutcome.noMatch(message.because("tallystick.xa.resources is not set"));
        }
    }
}
