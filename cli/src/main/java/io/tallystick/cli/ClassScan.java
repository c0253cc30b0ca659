package io.tallystick.cli;

import io.tallystick.saga.SagaDefinition;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds saga definitions in classes of the user: static fields, and static methods without parameters, of the type {@link
 * SagaDefinition}. Their code is loaded and their class initialised; no step is run.
 */
final class ClassScan {

    private final List<Path> classpath;

    ClassScan(List<Path> classpath) {
        this.classpath = classpath;
    }

    /** @throws Stop if a class is not there, cannot be loaded, or defines no saga */
    List<Design> designs(List<String> classes) {
        List<Design> designs = new ArrayList<>();
        // stays open: lambdas of a definition may load classes later
        URLClassLoader loader = new URLClassLoader(urls(), ClassScan.class.getClassLoader());
        for (String name : classes) {
            designs.addAll(in(load(name, loader)));
        }
        return designs;
    }

    private URL[] urls() {
        List<URL> urls = new ArrayList<>();
        for (Path path : classpath) {
            if (!Files.exists(path)) {
                throw new Stop(
                        Exit.USAGE,
                        "there is no " + path.toAbsolutePath()
                                + " to load classes from. Build first, then give --classpath" + " target/classes");
            }
            try {
                urls.add(path.toUri().toURL());
            } catch (MalformedURLException e) {
                throw new Stop(Exit.USAGE, "--classpath " + path + " cannot be used: " + e.getMessage());
            }
        }
        return urls.toArray(URL[]::new);
    }

    private Class<?> load(String name, ClassLoader loader) {
        try {
            return Class.forName(name, true, loader);
        } catch (ClassNotFoundException e) {
            throw new Stop(
                    Exit.USAGE,
                    "class " + name + " is not on the class path "
                            + (classpath.isEmpty()
                                    ? "of tally; add --classpath target/classes"
                                    : classpath.toString()));
        } catch (LinkageError e) {
            throw unloadable(name, e);
        }
    }

    private static List<Design> in(Class<?> type) {
        List<Design> designs = new ArrayList<>();
        try {
            for (Field field : type.getDeclaredFields()) {
                if (isDefinition(field.getModifiers(), field.getType())) {
                    field.setAccessible(true);
                    add(designs, type.getSimpleName() + "." + field.getName(), field.get(null));
                }
            }
            for (Method method : type.getDeclaredMethods()) {
                if (isDefinition(method.getModifiers(), method.getReturnType()) && method.getParameterCount() == 0) {
                    method.setAccessible(true);
                    add(designs, type.getSimpleName() + "." + method.getName() + "()", method.invoke(null));
                }
            }
        } catch (InvocationTargetException e) {
            throw unloadable(type.getName(), e.getCause() == null ? e : e.getCause());
        } catch (IllegalAccessException | LinkageError e) {
            throw unloadable(type.getName(), e);
        }
        if (designs.isEmpty()) {
            throw new Stop(
                    Exit.USAGE,
                    "class " + type.getName() + " defines no saga that can be had without arguments. Expected a static"
                            + " field, or a static method without parameters, of the type SagaDefinition");
        }
        return designs;
    }

    private static boolean isDefinition(int modifiers, Class<?> type) {
        return Modifier.isStatic(modifiers) && SagaDefinition.class.isAssignableFrom(type);
    }

    private static void add(List<Design> designs, String name, Object found) {
        if (found instanceof SagaDefinition<?> definition) {
            designs.add(Design.of(name, definition));
        }
    }

    private static Stop unloadable(String name, Throwable why) {
        return new Stop(
                Exit.USAGE,
                "class " + name + " cannot be used: " + why
                        + ". Add the jars it needs to --classpath, separated by ':'");
    }
}
