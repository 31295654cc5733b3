package io.persistentmap;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.serializer.Codec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Guards that no static initialiser is left for the first change or checkpoint. */
class ClassesAtStartTest {
  private static final String OURS = "io.persistentmap.";

  /** Used by the tool; only where there is JNA; begins before; has the list. */
  private static final Set<String> OTHERS = Set.of("platform.LinuxFileSystem", "StartUp");

  @Test
  void allWithStaticInitialisersAreNamed() throws Exception {
    Set<String> found = new TreeSet<>();
    found.addAll(initialised(PersistentMap.class));
    found.addAll(initialised(Codec.class));
    found.removeIf(name -> name.startsWith("inspect.") || OTHERS.contains(name));
    assertThat(found).hasSizeGreaterThan(50);
    assertThat(Arrays.asList(ClassesAtStart.names())).containsAll(found);
  }

  @Test
  void allThatAreNamedCanBeInitialised() {
    ClassesAtStart.initialise();
  }

  /** Returns the classes of a jar or directory that have a static initialiser. */
  private static Set<String> initialised(Class<?> oneOfThem) throws Exception {
    URI place = oneOfThem.getProtectionDomain().getCodeSource().getLocation().toURI();
    Path path = Path.of(place);
    if (Files.isDirectory(path)) {
      return initialised(path);
    }
    try (FileSystem jar = FileSystems.newFileSystem(path, Map.of())) {
      return initialised(jar.getPath("/"));
    }
  }

  private static Set<String> initialised(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> file.toString().endsWith(".class"))
          .map(ClassesAtStartTest::read)
          .filter(ClassesAtStartTest::hasInitialiser)
          .map(reader -> reader.getClassName().replace('/', '.'))
          .filter(name -> name.startsWith(OURS))
          .map(name -> name.substring(OURS.length()))
          .collect(Collectors.toSet());
    }
  }

  private static ClassReader read(Path file) {
    try {
      return new ClassReader(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean hasInitialiser(ClassReader reader) {
    boolean[] found = new boolean[1];
    ClassVisitor visitor =
        new ClassVisitor(Opcodes.ASM9) {
          @Override
          public @Nullable MethodVisitor visitMethod(
              int access,
              String name,
              String descriptor,
              @Nullable String signature,
              String @Nullable [] exceptions) {
            found[0] |= name.equals("<clinit>");
            return null;
          }
        };
    reader.accept(visitor, ClassReader.SKIP_CODE);
    return found[0];
  }
}
