package dev.lanepool.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class FileFailureTest {
  @Test
  void reasonsAreWordsAndNameNoFile() {
    assertEquals("permission denied", FileFailure.reason(new AccessDeniedException("/a/.lanepool-1.tmp")));
    assertEquals("no such file or folder", FileFailure.reason(new NoSuchFileException("/a")));
    assertEquals("something else is there", FileFailure.reason(new FileAlreadyExistsException("/a")));
    assertEquals("Read-only file system", FileFailure.reason(new FileSystemException("/a", null, "Read-only file system")));
    assertEquals("No space left on device", FileFailure.reason(new IOException("No space left on device")));
  }
}
