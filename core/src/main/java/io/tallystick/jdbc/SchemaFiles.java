package io.tallystick.jdbc;

import java.io.File;
import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The schema files on the class path, under {@code io/tallystick/schema/<dialect>/<component>/}. A component without files for MySQL
 * uses those for MariaDB.
 */
final class SchemaFiles {

    private static final String ROOT = "io/tallystick/schema/";

    private final ClassLoader loader;
    private final Dialect dialect;

    SchemaFiles(ClassLoader loader, Dialect dialect) {
        this.loader = loader;
        this.dialect = dialect;
    }

    /** Names of all components, in alphabetical order. */
    Set<String> components() {
        Set<String> components = new TreeSet<>();
        folders()
                .forEach(folder -> list(folder).stream()
                        .filter(name -> name.endsWith("/"))
                        .forEach(name -> components.add(name.substring(0, name.length() - 1))));
        return components;
    }

    /**
     * The files of one component in the order of their versions.
     *
     * @throws IllegalArgumentException when there is no such component
     */
    List<SchemaFile> of(String component) {
        for (String folder : folders().toList()) {
            String path = folder + component + "/";
            List<SchemaFile> files = list(path).stream()
                    .filter(name -> name.endsWith(".sql"))
                    .map(name -> SchemaFile.read(loader, path, component, name))
                    .sorted(Comparator.comparingInt(SchemaFile::version))
                    .toList();
            if (!files.isEmpty()) {
                refuseSameVersion(files);
                return files;
            }
        }
        throw new IllegalArgumentException("no schema files for component '" + component + "' on "
                + dialect.productName() + "; known components: " + components());
    }

    private static void refuseSameVersion(List<SchemaFile> files) {
        TreeMap<Integer, String> seen = new TreeMap<>();
        for (SchemaFile file : files) {
            String other = seen.put(file.version(), file.path());
            if (other != null) {
                throw new IllegalStateException(
                        "schema files " + other + " and " + file.path() + " have the same version");
            }
        }
    }

    private Stream<String> folders() {
        String own = ROOT + dialect.id() + "/";
        return dialect == Dialect.MYSQL ? Stream.of(own, ROOT + Dialect.MARIADB.id() + "/") : Stream.of(own);
    }

    /** Direct children of a folder in every place of the class path; folders end in a slash. */
    private Set<String> list(String folder) {
        Set<String> names = new TreeSet<>();
        try {
            for (URL place : Collections.list(loader.getResources(folder))) {
                names.addAll(
                        place.openConnection() instanceof JarURLConnection jar ? inJar(jar, folder) : inFolder(place));
            }
        } catch (IOException e) {
            throw new IllegalStateException("cannot list the schema files in " + folder, e);
        }
        return names;
    }

    private static List<String> inJar(JarURLConnection jar, String folder) throws IOException {
        return jar.getJarFile().stream()
                .map(entry -> entry.getName())
                .filter(name -> name.startsWith(folder) && name.length() > folder.length())
                .map(name -> firstPart(name.substring(folder.length())))
                .distinct()
                .toList();
    }

    private static String firstPart(String path) {
        int slash = path.indexOf('/');
        return slash < 0 ? path : path.substring(0, slash + 1);
    }

    private static List<String> inFolder(URL place) throws IOException {
        try {
            File[] children = new File(new URI(place.toString())).listFiles();
            return Arrays.stream(Objects.requireNonNullElse(children, new File[0]))
                    .map(file -> file.isDirectory() ? file.getName() + "/" : file.getName())
                    .toList();
        } catch (URISyntaxException e) {
            throw new IOException("not a file URL: " + place, e);
        }
    }
}
