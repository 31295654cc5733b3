package io.persistentmap.platform;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import io.persistentmap.DiskFullException;
import io.persistentmap.FileAccessException;
import io.persistentmap.PersistentMapException;
import io.persistentmap.ResourceExhaustedException;
import io.persistentmap.StorageFailureException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Guards what each error number becomes: its exception, its name, and what to do. */
final class ErrnoTableTest {
  private static final Path FILE = Path.of("/data/a store");
  private static final Set<String> NO_SPACE = Set.of("ENOSPC", "EDQUOT");
  private static final Set<String> EXHAUSTED =
      Set.of("EMFILE", "ENFILE", "ENOMEM", "EAGAIN", "EINTR", "EFBIG", "ENOLCK", "ENOBUFS");
  private static final Set<String> ACCESS =
      Set.of(
          "ENAMETOOLONG",
          "ELOOP",
          "ENOTDIR",
          "EISDIR",
          "EACCES",
          "EPERM",
          "EROFS",
          "EBUSY",
          "ENOENT",
          "EEXIST",
          "ENOTEMPTY",
          "ETXTBSY",
          "EXDEV");

  static IntStream numbers() {
    return IntStream.rangeClosed(1, ErrnoNames.HIGHEST + 2);
  }

  @ParameterizedTest
  @MethodSource("numbers")
  void of_eachNumber_classAndMessage(int errno) {
    PersistentMapException failure = Failures.of("open", FILE, errno);
    String name = name(errno);
    assertThat(failure)
        .isExactlyInstanceOf(expected(name))
        .hasMessageStartingWith(FILE + ": can't open: " + ErrnoNames.describe(errno) + "; ")
        .hasMessageContaining(name)
        .message()
        .doesNotContainPattern("error number \\d")
        .containsPattern("(call again|another path|open the store again)");
  }

  @ParameterizedTest
  @MethodSource("numbers")
  void of_sameErrorThroughTheJdk_sameException(int errno) {
    if (errno > ErrnoNames.HIGHEST || errno == 41 || errno == 58) {
      return; // no text, so no such message
    }
    String text = text(errno);
    PersistentMapException expected = Failures.of("open", FILE, errno);
    for (IOException reason :
        new IOException[] {
          new FileNotFoundException(FILE + " (" + text + ")"),
          new FileSystemException(FILE.toString(), null, text),
          new IOException(text)
        }) {
      assertThat(Failures.of("open", FILE, reason))
          .isExactlyInstanceOf(expected.getClass())
          .hasMessage(expected.getMessage())
          .hasCause(reason);
    }
  }

  @Test
  void of_exceptionsOfTheJdkWithoutText_byTheirClass() {
    assertThat(Failures.of("open", FILE, new NoSuchFileException(FILE.toString())))
        .isExactlyInstanceOf(FileAccessException.class)
        .hasMessageContaining("ENOENT");
    assertThat(Failures.of("open", FILE, new AccessDeniedException(FILE.toString())))
        .isExactlyInstanceOf(FileAccessException.class)
        .hasMessageContaining("EACCES");
    assertThat(Failures.of("map", FILE, new IOException("Map failed", new OutOfMemoryError())))
        .isExactlyInstanceOf(ResourceExhaustedException.class)
        .hasMessageContaining("ENOMEM");
    assertThat(Failures.of("read", FILE, new IOException("something")))
        .isExactlyInstanceOf(StorageFailureException.class)
        .hasMessageContaining("something");
  }

  /** A path may have the words of an error in it. */
  @Test
  void of_pathThatSoundsLikeAnError_isNotTakenForIt() {
    Path path = Path.of("/no space left on device");
    assertThat(Failures.of("write", path, new IOException(path + " (Input/output error)")))
        .isExactlyInstanceOf(StorageFailureException.class)
        .hasMessageContaining("EIO");
  }

  @ParameterizedTest
  @MethodSource("numbers")
  void ofSync_throughTheJdk_alwaysForGood(int errno) {
    assertThat(Failures.ofSync(FILE, new IOException(ErrnoNames.describe(errno))))
        .hasMessageContaining(FILE.toString())
        .hasMessageContaining("fsync failed")
        .hasMessageContaining("open the store again");
  }

  /** The names and texts are those of the C library. */
  @ParameterizedTest
  @MethodSource("numbers")
  @EnabledOnOs(OS.LINUX)
  void describe_eachNumber_asTheLibraryHasIt(int errno) {
    Function function = NativeLibrary.getInstance("c").getFunction("strerrorname_np");
    String name = function.invokeString(new Object[] {errno}, false);
    if (name == null) {
      assertThat(errno).isIn(41, 58, 134, 135);
    } else {
      assertThat(name(errno)).isEqualTo(name);
      Function strerror = NativeLibrary.getInstance("c").getFunction("strerror");
      assertThat(text(errno))
          .isEqualToIgnoringCase(strerror.invokeString(new Object[] {errno}, false));
    }
  }

  private static Class<? extends PersistentMapException> expected(String name) {
    return NO_SPACE.contains(name)
        ? DiskFullException.class
        : EXHAUSTED.contains(name)
            ? ResourceExhaustedException.class
            : ACCESS.contains(name) ? FileAccessException.class : StorageFailureException.class;
  }

  private static String name(int errno) {
    String described = ErrnoNames.describe(errno);
    return described.substring(described.lastIndexOf('(') + 1, described.length() - 1);
  }

  private static String text(int errno) {
    String described = ErrnoNames.describe(errno);
    return described.substring(0, described.lastIndexOf(" ("));
  }
}
