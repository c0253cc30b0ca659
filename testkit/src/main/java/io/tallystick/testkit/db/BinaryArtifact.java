package io.tallystick.testkit.db;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The Maven artifact that carries a server's programs, found on the class path. */
record BinaryArtifact(URL marker) {

    static BinaryArtifact find(Recipe recipe) {
        URL url = BinaryArtifact.class.getClassLoader().getResource(recipe.marker());
        if (url == null) {
            throw new TestDatabaseException(
                    "no " + recipe.engine() + " binaries on the class path: expected the artifact " + recipe.artifact()
                            + ", found nothing. Add it as a test dependency; only linux-amd64 is supported.");
        }
        return new BinaryArtifact(url);
    }

    /** The jar's name, which holds the version, and the size of the marker: another build never shares a template. */
    String key() {
        try {
            URLConnection connection = marker.openConnection();
            connection.setUseCaches(false);
            try (InputStream ignored = connection.getInputStream()) {
                String jar = jarName(connection).replaceAll("\\.jar$", "").replaceAll("[^A-Za-z0-9._-]", "_");
                return jar + "-" + Long.toHexString(connection.getContentLengthLong());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + marker, e);
        }
    }

    private static String jarName(URLConnection connection) {
        if (connection instanceof JarURLConnection jar) {
            String path = jar.getJarFileURL().getPath();
            return path.substring(path.lastIndexOf('/') + 1);
        }
        return "classes";
    }

    /** Unpacks the marker itself, a tar file; compression is tar's own letter. */
    void untar(Path target, String compression) {
        try (InputStream in = marker.openStream()) {
            Commands.feed(in, List.of("tar", "-x" + compression, "-f", "-", "-C", target.toString()), target);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack " + marker, e);
        }
    }

    /** Copies the jar's entries that match, under the name of the pattern's first group, executable under bin and scripts. */
    void copyEntries(String pattern, Path target) {
        Pattern wanted = Pattern.compile(pattern);
        try {
            if (!(marker.openConnection() instanceof JarURLConnection connection)) {
                throw new TestDatabaseException("expected a jar on the class path, found " + marker);
            }
            connection.setUseCaches(false);
            try (JarFile jar = connection.getJarFile()) {
                for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
                    Matcher name = wanted.matcher(entry.getName());
                    if (!entry.isDirectory() && name.matches()) {
                        copy(jar, entry, target.resolve(name.group(1)));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack " + marker, e);
        }
    }

    private static void copy(JarFile jar, JarEntry entry, Path file) throws IOException {
        Files.createDirectories(file.getParent());
        try (InputStream in = jar.getInputStream(entry)) {
            Files.copy(in, file);
        }
        if (!file.toString().contains("/share/") && !file.toFile().setExecutable(true)) {
            throw new IOException("cannot make executable: " + file);
        }
    }
}
