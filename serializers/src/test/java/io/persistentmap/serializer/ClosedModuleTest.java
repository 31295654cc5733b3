package io.persistentmap.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Supplier;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClosedModuleTest {
  private static final String RECORD =
      """
      package other.data;
      public record Item(String name) implements java.util.function.Supplier<Object> {
        public Item() {
          this("x");
        }
        public Object get() {
          return this;
        }
      }
      """;

  @TempDir private Path directory;

  @Test
  void write_recordOfClosedPackage_refusesWithWhatToOpen() throws Exception {
    Object value = recordOfModule("");
    CodecFixture fixture = fixtureFor(value);

    assertThatThrownBy(() -> fixture.encode(value))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("other.data.Item")
        .hasMessageContaining("opens other.data");
  }

  @Test
  void write_publicRecordOfExportedPackage_accepts() throws Exception {
    Object value = recordOfModule("exports other.data;");

    assertThat(fixtureFor(value).roundTrip(value)).isEqualTo(value);
  }

  @Test
  void write_recordOfOpenPackage_accepts() throws Exception {
    Object value = recordOfModule("opens other.data;");

    assertThat(fixtureFor(value).roundTrip(value)).isEqualTo(value);
  }

  @Test
  void isByteStable_recordOfClosedPackage_true() throws Exception {
    Object value = recordOfModule("");

    assertThat(fixtureFor(value).codec.explain(value.getClass()).byteStable()).isTrue();
  }

  private static CodecFixture fixtureFor(Object value) {
    Class<?> type = value.getClass();
    return new CodecFixture(new InMemoryClassTable(), CodecOptions.of(type.getClassLoader(), type));
  }

  /** Returns an instance of a record that lives in a module with this directive. */
  private Object recordOfModule(String directive) throws IOException {
    Path sources = Files.createDirectories(directory.resolve("sources/other/data"));
    Path info = directory.resolve("sources/module-info.java");
    String provides = "provides java.util.function.Supplier with other.data.Item; ";
    Files.writeString(info, "module other { " + provides + directive + " }");
    Path item = Files.writeString(sources.resolve("Item.java"), RECORD);
    Path classes = directory.resolve("classes");
    int errors =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", classes.toString(), info.toString(), item.toString());
    assertThat(errors).isZero();
    return ServiceLoader.load(layerOf(classes), Supplier.class).iterator().next().get();
  }

  private static ModuleLayer layerOf(Path classes) {
    ModuleLayer boot = ModuleLayer.boot();
    Configuration configuration =
        boot.configuration().resolve(ModuleFinder.of(classes), ModuleFinder.of(), Set.of("other"));
    return boot.defineModulesWithOneLoader(configuration, ClassLoader.getPlatformClassLoader());
  }
}
